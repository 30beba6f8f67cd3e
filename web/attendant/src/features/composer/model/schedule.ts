/** When something can be said later: what is offered, and what is wrong with a time. */
import { momentOf, writtenIn } from "@/shared/time/zoned";

export type PresetName = "hour" | "tomorrow" | "monday";

export interface Preset {
  name: PresetName;
  at: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FIRST_HOUR = "09:00";
const YEAR = 366 * DAY;

/** In an hour, tomorrow and on Monday in the morning, in the company's zone. */
export function presets(now: number, zone: string): Preset[] {
  const day = (ahead: number) => momentOf(`${writtenIn(now + ahead * DAY, zone).slice(0, 10)}T${FIRST_HOUR}`, zone);
  const weekday = new Date(`${writtenIn(now, zone)}:00Z`).getUTCDay();
  const toMonday = (8 - weekday) % 7 || 7;
  const all: Preset[] = [
    { name: "hour", at: now + HOUR },
    { name: "tomorrow", at: day(1) },
    { name: "monday", at: day(toMonday) },
  ];
  return all.filter(({ name }, at) => name !== "monday" || at === 0 || day(1) !== day(toMonday));
}

export type TimeProblem = "none" | "past" | "far" | "window";

/** What is wrong with a time; `until` is the end of the reply window, where there is one. */
export function problemOfTime(at: number, now: number, until: number | null): TimeProblem | null {
  if (Number.isNaN(at)) return "none";
  if (at <= now) return "past";
  if (at > now + YEAR) return "far";
  return until !== null && at > until ? "window" : null;
}
