/** What must not be interrupted by a reload: an upload, a recording, a form that is half filled in. */
const holds = new Set<symbol>();
let typedAt = 0;

/** Returns what ends the hold. */
export function holdReload(): () => void {
  const hold = Symbol("hold");
  holds.add(hold);
  return () => {
    holds.delete(hold);
  };
}

/** Whether a reload would interrupt somebody: something is under way, or was typed less than `quietMs` ago. */
export function isBusy(now: number, quietMs: number): boolean {
  return holds.size > 0 || now - typedAt < quietMs;
}

/** Notice that somebody types; once, in the app. Returns what stops it. */
export function watchTyping(now: () => number = Date.now): () => void {
  const typed = () => (typedAt = now());
  window.addEventListener("input", typed, true);
  return () => window.removeEventListener("input", typed, true);
}
