import { dayOf } from "@/shared/time/format";

const HOUR = 3_600_000;

/** When a day ("2026-11-22") begins in a zone, in milliseconds since 1970; also where clocks are put forward at midnight. */
export function startOfDay(day: string, zone: string): number {
  const noon = Date.parse(`${day}T12:00:00Z`);
  // The day begins within 26 hours around; whole quarters of an hour are as fine as zones are.
  let [low, high] = [noon - 27 * HOUR, noon + 15 * HOUR];
  while (high - low > 60_000) {
    const middle = (low + high) / 2;
    if (dayOf(middle, zone) < day) low = middle;
    else high = middle;
  }
  return Math.round(high / (HOUR / 4)) * (HOUR / 4);
}
