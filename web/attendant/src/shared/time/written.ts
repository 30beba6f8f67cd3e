/**
 * Days and times as a person writes them, in the order of their language whatever the browser's is: 03/04 is the third
 * of April to who reads Portuguese, also where the browser is an English one. Pure.
 */

type Part = "day" | "month" | "year";

const ISO = /^(\d{4})-(\d\d)-(\d\d)$/;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1440;

/** The order of a date's parts: day, month, year, or month first in English. */
export function partsOf(language: string): readonly Part[] {
  return new Intl.DateTimeFormat(language, { day: "2-digit", month: "2-digit", year: "numeric" })
    .formatToParts(0)
    .map(({ type }) => type)
    .filter((type): type is Part => type === "day" || type === "month" || type === "year");
}

/** "22/11/2026" of "2026-11-22"; empty for what is no day. */
export function writtenDay(day: string, language: string): string {
  const found = ISO.exec(day);
  if (found === null) return "";
  const [, year = "", month = "", date = ""] = found;
  const of: Record<Part, string> = { day: date, month, year };
  return partsOf(language)
    .map((part) => of[part])
    .join("/");
}

/** "2026-11-22" of "22/11/2026", "22.11.26", "22112026" or of itself; empty for what is no day that there is. */
export function readDay(text: string, language: string): string {
  const written = text.trim();
  if (ISO.test(written)) return dayOf(written);
  const order = partsOf(language);
  const digits = /^\d{8}$/.test(written)
    ? cut(
        written,
        order.map((part) => (part === "year" ? 4 : 2)),
      )
    : written.split(/[^\d]+/);
  if (digits.length !== 3) return "";
  const of = (part: Part) => digits[order.indexOf(part)] ?? "";
  const year = of("year");
  if (!/^(\d\d|\d{4})$/.test(year) || ![of("day"), of("month")].every((one) => /^\d\d?$/.test(one))) return "";
  return dayOf(
    `${year.length === 2 ? `20${year}` : year}-${of("month").padStart(2, "0")}-${of("day").padStart(2, "0")}`,
  );
}

/** "09:30" of "9:30", "9h30", "0930", "9" or "9:30 pm"; empty for what is no time of a day. */
export function readTime(text: string): string {
  const found = /^(\d{1,2})(?:\s*[:h.]?\s*(\d\d)|\s*h)?\s*([ap])?\.?\s*(?:m\.?)?$/i.exec(text.trim());
  if (found === null) return "";
  const [, hours = "", minutes = "00", half] = found;
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return "";
    hour = (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  }
  return hour < 24 && Number(minutes) < 60 ? `${String(hour).padStart(2, "0")}:${minutes}` : "";
}

/** The day so many days later, or the same for what is no day. */
export function laterDay(day: string, days: number): string {
  const at = Date.parse(day);
  return Number.isNaN(at) ? day : new Date(at + days * DAY_MS).toISOString().slice(0, 10);
}

/** The time so many minutes later, round the clock. */
export function laterTime(time: string, minutes: number): string {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const at = (hour * 60 + minute + minutes + DAY_MINUTES) % DAY_MINUTES;
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}

function dayOf(iso: string): string {
  const at = Date.parse(`${iso}T00:00:00Z`);
  // A 31st of April would be read as the first of May.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(iso) ? iso : "";
}

function cut(text: string, lengths: readonly number[]): string[] {
  let at = 0;
  return lengths.map((length) => text.slice(at, (at += length)));
}
