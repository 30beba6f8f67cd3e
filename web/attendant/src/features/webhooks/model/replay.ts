/** What is to be sent once more, and how far it has come. Pure. */
import { momentOf, writtenIn } from "@/shared/time/zoned";

import type { Endpoint, Replay } from "../api/ledgerTypes";

export const SPANS = ["hour", "day", "week", "failing", "chosen"] as const;
export type Span = (typeof SPANS)[number];

/** `failed`: deliveries whose attempts are used up; `missed`: events that never arrived there; `all`: also those that did. */
export const WHICH = ["missed", "failed", "all"] as const;
export type Which = (typeof WHICH)[number];

const HOUR_MS = 3_600_000;

/** So long before the first failure a recovery begins: its event happened before it failed, and others were under way. */
const BEFORE_FAILING_MS = 10 * 60_000;
const LENGTH_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS } as const;

export interface ReplayForm {
  span: Span;
  /** "2026-11-22T14:05" in the company's zone; empty while nothing is chosen. Only of the span `chosen`. */
  since: string;
  until: string;
  which: Which;
  /** None: those that the webhook asks for. */
  types: readonly string[];
}

/** Since when nothing has arrived at a webhook, as far as that is known. */
export function failingSinceOf({ failing, state, state_since }: Pick<Endpoint, "failing" | "state" | "state_since">) {
  return failing?.since ?? (state === "disabled" ? state_since : null);
}

export interface ReplayWish {
  since: string;
  until?: string;
  event_types?: string[];
  only: "all" | "missed";
}

export type Period = { since: string; until?: string } | { wrong: "no_start" | "reversed" | "future" };

/** The period of a form; `failingSince`: since when nothing has arrived at the webhook. */
export function replayPeriod(
  form: Pick<ReplayForm, "span" | "since" | "until">,
  now: number,
  zone: string,
  failingSince: string | null,
): Period {
  if (form.span === "failing") {
    if (failingSince === null) return { wrong: "no_start" };
    return { since: new Date(Date.parse(failingSince) - BEFORE_FAILING_MS).toISOString() };
  }
  if (form.span !== "chosen") return { since: new Date(now - LENGTH_MS[form.span]).toISOString() };
  const since = momentOf(form.since, zone);
  const until = form.until === "" ? undefined : momentOf(form.until, zone);
  if (Number.isNaN(since)) return { wrong: "no_start" };
  if (since > now) return { wrong: "future" };
  if (until !== undefined && !(until > since)) return { wrong: "reversed" };
  return { since: new Date(since).toISOString(), ...(until !== undefined && { until: new Date(until).toISOString() }) };
}

/** The form that an address asks for: a period and `only`. */
export function formOf(params: URLSearchParams, zone: string, failingSince: string | null): ReplayForm {
  const only = params.get("only");
  const written = (name: string) => {
    const moment = Date.parse(params.get(name) ?? "");
    return Number.isNaN(moment) ? "" : writtenIn(moment, zone);
  };
  const since = written("since");
  return {
    span: since === "" ? (failingSince === null ? "day" : "failing") : "chosen",
    since,
    until: written("until"),
    which: WHICH.find((one) => one === only) ?? "missed",
    types: [],
  };
}

export interface Progress {
  /** Deliveries that have come to their end. */
  ended: number;
  waiting: number;
  /** What it will be in all, if that is known. */
  total: number | null;
  /** From 0 to 1; null while nobody knows the end. */
  share: number | null;
}

/**
 * How far a replay has come. What was counted at its beginning is an estimate: events may leave the archive meanwhile,
 * and what is shown never runs over its end or back.
 */
export function progressOf(replay: Replay): Progress {
  const { added, delivered, failed, dropped, unsendable, state } = replay;
  const ended = delivered + failed + dropped;
  const waiting = state === "running" ? Math.max(0, added - ended) : 0;
  if (state !== "running") return { ended, waiting, total: Math.max(added, ended), share: 1 };
  const total = replay.total === null ? null : Math.max(replay.total, added + unsendable);
  if (total === null) return { ended, waiting, total, share: null };
  return { ended, waiting, total, share: total === 0 ? 0 : Math.min(1, (ended + unsendable) / total) };
}

/** What is asked of the server. Those that failed are asked for without types. */
export function wishOf(
  form: Pick<ReplayForm, "which" | "types">,
  period: { since: string; until?: string },
): ReplayWish {
  const { which, types } = form;
  return {
    ...period,
    ...(which !== "failed" && types.length > 0 && { event_types: [...types] }),
    only: which === "missed" ? "missed" : "all",
  };
}
