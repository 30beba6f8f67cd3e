/** Weekly hours as somebody types them, one line a day: `08:00-12:00, 13:30-18:00`. */
import type { AutomaticReply } from "../api/automatic";

export type Hours = NonNullable<AutomaticReply["hours"]>;
export type Day = Hours["intervals"][number]["day"];
export type Lines = Readonly<Record<Day, string>>;

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

const PART = /^(\d{1,2})(?::?(\d{2}))?\s*[-–—a]\s*(\d{1,2})(?::?(\d{2}))?$/u;

/** What stands in the fields for these hours. */
export function linesOf(hours: Hours | null): Lines {
  const of = (day: Day) =>
    (hours?.intervals ?? [])
      .filter((one) => one.day === day)
      .map(({ start, end }) => `${start}-${end}`)
      .join(", ");
  return Object.fromEntries(DAYS.map((day) => [day, of(day)])) as Record<Day, string>;
}

/** Monday to Friday, 8 to 18. */
export const OFFICE: Lines = {
  ...linesOf(null),
  ...Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, "08:00-18:00"])),
};

/** The intervals of a day's line; null when something in it is no interval. */
export function intervalsOf(day: Day, line: string): Hours["intervals"] | null {
  const parts = line
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const found = parts.map((part) => intervalOf(day, part));
  return found.every((one) => one !== null) ? found : null;
}

/** The hours of all lines; null when one of them is wrong. */
export function hoursOf(lines: Lines, zone: string): Hours | null {
  const found = DAYS.map((day) => intervalsOf(day, lines[day]));
  return found.every((one) => one !== null) ? { zone, intervals: found.flat() } : null;
}

function intervalOf(day: Day, part: string): Hours["intervals"][number] | null {
  const found = PART.exec(part.replace(/h/giu, ":").replace(/:(?!\d)/gu, ""));
  if (found === null) return null;
  const start = clock(found[1], found[2]);
  const end = clock(found[3], found[4]);
  return start === null || end === null ? null : { day, start, end };
}

/** 24:00 is the next day's 00:00. */
function clock(hours = "", minutes = "00"): string | null {
  const hour = Number(hours);
  if (hour === 24 && minutes === "00") return "00:00";
  return hour < 24 && Number(minutes) < 60 ? `${hours.padStart(2, "0")}:${minutes}` : null;
}
