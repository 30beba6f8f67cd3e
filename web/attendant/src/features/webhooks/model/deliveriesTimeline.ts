/** The attempts of a delivery on a line of time, with the pauses between them. Pure. */
import type { Attempt, DeliveryDetail, WaitingFor } from "../api/ledgerTypes";

export type Moment =
  | { is: "accepted"; at: string }
  | { is: "attempt"; attempt: Attempt; number: number }
  /** `length`: from 0 to 1, for how long it is drawn. */
  | { is: "pause"; ms: number; length: number }
  | { is: "next"; at: string | null; waitsFor: WaitingFor };

const SHORTEST_MS = 1000;
const LONGEST_MS = 24 * 60 * 60 * 1000;

/**
 * How long a pause is drawn: pauses grow from seconds to a day, so that only the logarithm of both can be seen.
 */
export function drawnLength(ms: number): number {
  const bounded = Math.min(Math.max(ms, SHORTEST_MS), LONGEST_MS);
  return Math.log(bounded / SHORTEST_MS) / Math.log(LONGEST_MS / SHORTEST_MS);
}

/** What happened, in its order, and what comes next. Attempts that are not kept any more are counted before the first. */
export function timelineOf(delivery: DeliveryDetail): Moment[] {
  const { attempts, accepted_at, tries, state, due_at, waiting_for } = delivery;
  const unknown = Math.max(0, tries - attempts.length);
  const line: Moment[] = [{ is: "accepted", at: accepted_at }];
  let ended = Date.parse(accepted_at);
  attempts.forEach((attempt, place) => {
    const began = Date.parse(attempt.at);
    if (place > 0 || (unknown === 0 && began - ended >= SHORTEST_MS)) line.push(pause(began - ended));
    line.push({ is: "attempt", attempt, number: unknown + place + 1 });
    ended = began + attempt.ms;
  });
  if (state === "waiting") line.push({ is: "next", at: due_at, waitsFor: waiting_for ?? "turn" });
  return line;
}

function pause(ms: number): Moment {
  const length = Math.max(0, ms);
  return { is: "pause", ms: length, length: drawnLength(length) };
}

type Unit = "second" | "minute" | "hour" | "day";
const UNITS: readonly (readonly [Unit, number])[] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
const formats = new Map<string, Intl.NumberFormat>();

function inUnit(value: number, unit: Unit | "millisecond", language: string): string {
  const key = `${language} ${unit}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" });
    formats.set(key, format);
  }
  return format.format(value);
}

/** "5 s", "2 min", "1 h 5 min", "1 d 2 h": the two largest units of a pause. */
export function pauseWords(ms: number, language: string): string {
  const seconds = Math.round(ms / 1000);
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  const large = UNITS[first];
  if (large === undefined) return inUnit(Math.max(0, Math.round(ms)), "millisecond", language);
  const value = Math.floor(seconds / large[1]);
  const small = UNITS[first + 1];
  const rest = small === undefined ? 0 : Math.floor((seconds % large[1]) / small[1]);
  const words = inUnit(value, large[0], language);
  return small === undefined || rest === 0 ? words : `${words} ${inUnit(rest, small[0], language)}`;
}

/** "212 ms", "1,4 s", "15 s": how long a receiver took. */
export function tookWords(ms: number, language: string): string {
  if (ms < 1000) return inUnit(Math.round(ms), "millisecond", language);
  return inUnit(Math.round(ms / 100) / 10, "second", language);
}
