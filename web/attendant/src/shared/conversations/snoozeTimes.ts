/** The moments until which a conversation is put aside, in the company's zone. Pure: `now` is handed in. */
import { clockTime, dayOf, toMs } from "@/shared/time/format";

export type SnoozeChoice = "later" | "tomorrow" | "next_week";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MORNING = "09:00";
/** After this hour nothing is "later today" any more. */
const LAST_HOUR = "20:00";

/** The moment of a wall clock's time on a day in a zone; NaN for what is none. */
export function momentIn(day: string, time: string, zone: string): number {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  let moment = wanted;
  // Twice: the offset may change between the guess and the moment.
  for (let tries = 0; tries < 2; tries += 1) moment -= wallClock(moment, zone) - wanted;
  return moment;
}

function wallClock(moment: number, zone: string): number {
  if (Number.isNaN(moment)) return moment;
  return Date.parse(`${dayOf(moment, zone)}T${clockTime(moment, { language: "en", zone })}:00Z`) + (moment % 60_000);
}

/** What is offered now: later today (three hours from now, at a full hour), tomorrow morning, next week's Monday. */
export function snoozeTimes(now: number, zone: string): { choice: SnoozeChoice; at: number }[] {
  const today = dayOf(now, zone);
  const later = Math.ceil((now + 2 * HOUR) / HOUR) * HOUR;
  const fits = dayOf(later, zone) === today && clockTime(later, { language: "en", zone }) <= LAST_HOUR;
  const noon = momentIn(today, "12:00", zone);
  const toMonday = (8 - new Date(`${today}T12:00:00Z`).getUTCDay()) % 7 || 7;
  return [
    ...(fits ? [{ choice: "later" as const, at: later }] : []),
    { choice: "tomorrow", at: momentIn(dayOf(noon + DAY, zone), MORNING, zone) },
    ...(toMonday > 1
      ? [{ choice: "next_week" as const, at: momentIn(dayOf(noon + toMonday * DAY, zone), MORNING, zone) }]
      : []),
  ];
}

/** As the API takes it. */
export function asMoment(ms: number): string {
  return new Date(toMs(ms)).toISOString();
}
