/** The last searches of an attendant. They stay in this browser, for each attendant apart. */

export const RECENT_MOST = 8;
const SHORTEST = 2;

const keyOf = (attendantId: string) => `atd-searches/${attendantId}`;

export function recentOf(attendantId: string): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(attendantId)) ?? "[]");
    if (!Array.isArray(stored)) return [];
    return stored.filter((one): one is string => typeof one === "string").slice(0, RECENT_MOST);
  } catch {
    return [];
  }
}

/** The latest first, each once; what is too short to search for again is not kept. */
export function withRecent(recent: readonly string[], q: string): readonly string[] {
  const text = q.trim();
  if (text.length < SHORTEST) return recent;
  const same = text.toLowerCase();
  return [text, ...recent.filter((one) => one.toLowerCase() !== same)].slice(0, RECENT_MOST);
}

export function remember(attendantId: string, q: string): void {
  write(attendantId, withRecent(recentOf(attendantId), q));
}

export function forgetRecent(attendantId: string): void {
  write(attendantId, []);
}

function write(attendantId: string, recent: readonly string[]): void {
  try {
    if (recent.length === 0) localStorage.removeItem(keyOf(attendantId));
    else localStorage.setItem(keyOf(attendantId), JSON.stringify(recent));
  } catch {
    // A full or forbidden storage: nothing is remembered.
  }
}
