/** Service targets: what one is at first, and what keeps it from being sent. Pure. */
import type { ValuesOf } from "../api/types";

export const MAX_NAME = 80;
export const MAX_MINUTES = 525_600;

export type TargetValues = ValuesOf<"service-levels">;

export const TARGETS = ["first_response", "next_response", "resolution"] as const;
export type TargetName = (typeof TARGETS)[number];

export function newTarget(): TargetValues {
  return {
    name: "",
    enabled: true,
    team_ids: [],
    channels: [],
    account_ids: [],
    label_ids: [],
    priorities: [],
    first_response_minutes: 30,
    next_response_minutes: null,
    resolution_minutes: null,
    warn_percent: 75,
    time: "hours",
  };
}

export const minutesOf = (values: TargetValues, target: TargetName) => values[`${target}_minutes`];

/** Whether anything is promised. */
export const promises = (values: TargetValues) => TARGETS.some((target) => minutesOf(values, target) !== null);

export const isRight = (values: TargetValues) => values.name.trim() !== "" && promises(values);

const HOUR = 60;
const DAY = 24 * HOUR;

/** "4 h 30 min": an amount of time in as few words as it has. */
export function amountOf(minutes: number, language: string): string {
  const unit = (value: number, name: "day" | "hour" | "minute") =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  if (minutes >= DAY && minutes % DAY === 0) return unit(minutes / DAY, "day");
  if (minutes < HOUR) return unit(minutes, "minute");
  const rest = minutes % HOUR;
  const hours = unit(Math.floor(minutes / HOUR), "hour");
  return rest === 0 ? hours : `${hours} ${unit(rest, "minute")}`;
}

/** The next Friday at half past five, by the clock of the company: near the weekend it shows best what hours do. */
export function exampleDay(today: string): string {
  const day = new Date(`${today}T00:00:00Z`);
  const ahead = (5 - day.getUTCDay() + 7) % 7;
  return `${new Date(day.getTime() + ahead * 86_400_000).toISOString().slice(0, 10)}T17:30`;
}
