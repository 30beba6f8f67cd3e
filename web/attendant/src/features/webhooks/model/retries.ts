/** The pauses between attempts, as people write them: "5 s, 30 s, 2 min, 1 h". Pure. */
const UNITS = { d: 86_400, h: 3600, min: 60, s: 1 } as const;
type Unit = keyof typeof UNITS;

const WORD = /^(\d+)\s*(s|min|m|h|d)?$/i;
const MOST = 20;
const LONGEST_SECONDS = 7 * UNITS.d;

/** In the largest unit that holds it as a whole number: "2 min". */
export function pauseText(seconds: number): string {
  const unit = (Object.keys(UNITS) as Unit[]).find((one) => seconds % UNITS[one] === 0) ?? "s";
  return `${seconds / UNITS[unit]} ${unit}`;
}

export function retriesText(seconds: readonly number[]): string {
  return seconds.map((one) => (one === 86_400 ? "24 h" : pauseText(one))).join(", ");
}

/** The pauses in seconds; null for what cannot be read or is out of bounds. Nothing: no further attempt. */
export function parseRetries(text: string): number[] | null {
  const words = text.split(/[,;]/).map((word) => word.trim());
  if (words.length === 1 && words[0] === "") return [];
  const found: number[] = [];
  for (const word of words) {
    const [, amount, unit = "s"] = WORD.exec(word) ?? [];
    if (amount === undefined) return null;
    const name = unit.toLowerCase() === "m" ? "min" : (unit.toLowerCase() as Unit);
    const seconds = Number(amount) * UNITS[name];
    if (seconds < 1 || seconds > LONGEST_SECONDS) return null;
    found.push(seconds);
  }
  return found.length > MOST ? null : found;
}

/** How long all attempts take together, in seconds. */
export const wholeSpan = (seconds: readonly number[]): number => seconds.reduce((sum, one) => sum + one, 0);
