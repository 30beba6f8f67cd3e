/** How an endpoint is, at a glance: a mark and a line of its last day. Pure. */
import type { Failure, Health, HourOfHealth, Webhook } from "../api/types";

export type Mark = "good" | "warning" | "bad" | "quiet";
/** What is said of an endpoint in one word; the state that somebody set goes before what was measured. */
export type Standing = "disabled" | "paused" | "failing" | "slowed" | "healthy" | "idle";

export function standingOf({ state, failing, health }: Pick<Webhook, "state" | "failing" | "health">): Standing {
  if (state !== "enabled") return state;
  if (failing !== null) return "failing";
  // It was stopped when it was measured, and is not any more.
  return health.status === "stopped" ? "idle" : health.status;
}

export const MARKS: Record<Standing, Mark> = {
  disabled: "bad",
  paused: "quiet",
  failing: "bad",
  slowed: "warning",
  healthy: "good",
  idle: "quiet",
};

const UNWELL: readonly Standing[] = ["disabled", "failing", "slowed"];

/** The latest failure, where it tells why an endpoint does not do well. */
export function failureOf(webhook: Pick<Webhook, "state" | "failing" | "health">): Failure | null {
  return UNWELL.includes(standingOf(webhook)) ? webhook.health.last_failure : null;
}

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** The last 24 hours, each once, the oldest first; an hour in which nothing was sent has noughts. */
export function lastDay(hours: readonly HourOfHealth[], now: number): HourOfHealth[] {
  const known = new Map(hours.map((one) => [Math.floor(Date.parse(one.at) / HOUR_MS), one]));
  const last = Math.floor(now / HOUR_MS);
  return Array.from({ length: HOURS }, (_, place) => {
    const hour = last - (HOURS - 1 - place);
    return known.get(hour) ?? { at: new Date(hour * HOUR_MS).toISOString(), delivered: 0, failed_attempts: 0 };
  });
}

export interface Totals {
  delivered: number;
  failed: number;
}

export function totalsOf(hours: readonly HourOfHealth[]): Totals {
  return hours.reduce(
    (sum, one) => ({ delivered: sum.delivered + one.delivered, failed: sum.failed + one.failed_attempts }),
    { delivered: 0, failed: 0 },
  );
}

/** One bar of the sparkline: the heights of what arrived and of what failed, of 1 in all. */
export interface SparkBar {
  good: number;
  bad: number;
}

/** The least height of what is there at all: one failure among thousands is still seen. */
const LEAST = 0.12;

export function sparkBars(hours: readonly HourOfHealth[]): SparkBar[] {
  const most = Math.max(1, ...hours.map((one) => one.delivered + one.failed_attempts));
  return hours.map(({ delivered, failed_attempts: failed }) => {
    const bad = failed === 0 ? 0 : Math.max(LEAST, failed / most);
    const good = delivered === 0 ? 0 : Math.max(LEAST, delivered / most);
    return { bad, good: Math.min(good, 1 - bad) };
  });
}

/** Whether what waits is late: the oldest should have left two minutes ago. */
export function isLate(health: Health, now: number): boolean {
  return health.oldest_due_at !== null && now - Date.parse(health.oldest_due_at) > 120_000;
}

/** The part of a URL that names the receiver. */
export function hostOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i.exec(url)?.[1] ?? url;
}
