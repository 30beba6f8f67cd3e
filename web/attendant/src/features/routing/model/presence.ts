/** Breaks and reasons for being away. Pure. */
import { DAYS, type AwayReason, type Break, type ValuesOf } from "../api/types";

export const MAX_REASONS = 50;
export const MAX_BREAKS = 100;

export const newBreak = (): Break => ({
  attendant_ids: [],
  team_ids: [],
  days: DAYS.slice(0, 5),
  date: null,
  start: "12:00",
  end: "13:00",
  reason_id: null,
});

/** One that is every week, or once on a date. */
export function asWeekly(one: Break, weekly: boolean, today: string): Break {
  return weekly ? { ...one, date: null, days: DAYS.slice(0, 5) } : { ...one, date: one.date ?? today, days: [] };
}

export const isWrong = ({ date, days, start, end }: Break) =>
  (date === null && days.length === 0) || date === "" || start === "" || end === "" || start === end;

export const newReason = (name: string): ValuesOf<"away-reasons"> => ({ name, names: {}, counts_as_break: true });

/** A name in another language, or none. */
export function withName(names: AwayReason["names"], language: keyof AwayReason["names"], name: string) {
  const rest = Object.entries(names).filter(([one]) => one !== language);
  return Object.fromEntries(name.trim() === "" ? rest : [...rest, [language, name]]);
}
