/** What hours are at first, and how their parts are changed. Pure. */
import { DAYS, type DayException, type ExceptionKind, type Holidays, type ValuesOf } from "../api/types";

export const MAX_NAME = 80;
export const MAX_EXCEPTIONS = 400;

export type HoursValues = ValuesOf<"hours">;

/** Monday to Friday, 9 to 18. */
export function newHours(zone: string, isFirst: boolean): HoursValues {
  return {
    name: "",
    zone,
    intervals: DAYS.slice(0, 5).map((day) => ({ day, start: "09:00", end: "18:00" })),
    exceptions: [],
    holidays: null,
    account_ids: [],
    is_default: isFirst,
    message: { enabled: false, texts: {}, language: "pt-BR" },
  };
}

export const newHolidays = (): Holidays => ({ country: "BR", state: null, optional: false, open_on: [] });

/** What can be shown of hours that are still being typed: a day without its date yet does not take the year away. */
export function previewable(hours: HoursValues): HoursValues {
  const { name, exceptions, message } = hours;
  const dates = exceptions.map(({ date }) => date);
  const says = message.enabled && (message.texts[message.language] ?? "").trim() !== "";
  return {
    ...hours,
    name: name.trim() || "-",
    exceptions: exceptions.filter(({ date }, at) => date !== "" && dates.indexOf(date) === at),
    message: { ...message, enabled: says },
  };
}

/** Works on a holiday, or does not. */
export function withHoliday(holidays: Holidays, name: string, closed: boolean): Holidays {
  const others = holidays.open_on.filter((one) => one !== name);
  return { ...holidays, open_on: closed ? others : [...others, name] };
}

/** A day that is otherwise; of "other hours" at first nine to noon. */
export function asKind(exception: DayException, kind: ExceptionKind): DayException {
  const intervals =
    kind === "hours" ? (exception.intervals[0] ? exception.intervals : [{ start: "09:00", end: "12:00" }]) : [];
  return { ...exception, kind, intervals };
}

export const byDate = (exceptions: readonly DayException[]) =>
  [...exceptions].sort((a, b) => a.date.localeCompare(b.date));

export type Wrong = "name" | "date" | "twice" | "message";

/** What keeps the hours from being sent. */
export function mistakes(values: HoursValues): ReadonlySet<Wrong> {
  const found = new Set<Wrong>();
  if (values.name.trim() === "") found.add("name");
  const dates = values.exceptions.map(({ date }) => date);
  if (dates.includes("")) found.add("date");
  if (new Set(dates).size < dates.length) found.add("twice");
  const { enabled, texts, language } = values.message;
  if (enabled && (texts[language] ?? "").trim() === "") found.add("message");
  return found;
}

export interface MonthDay {
  date: string;
  day: number;
}

/** The days of a month as weeks from Monday; null where the week has none of it. */
export function weeksOf(year: number, month: number): (MonthDay | null)[][] {
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const before = (new Date(Date.UTC(year, month, 1)).getUTCDay() + 6) % 7;
  const cells: (MonthDay | null)[] = Array.from({ length: before }, () => null);
  for (let day = 1; day <= length; day += 1) {
    cells.push({ date: new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10), day });
  }
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
