/** How a conversation stands against its service targets just now. Pure. */
import type { Conversation, ServiceTarget } from "@/shared/api/types";
import { toMs } from "@/shared/time/format";

/** `near`: from the target's warning on. `missed`: it was due and nobody answered. */
export type StandingLevel = "fine" | "near" | "missed" | "paused";

export interface Standing {
  target: ServiceTarget["target"];
  level: StandingLevel;
  /** Null while its time does not run. */
  dueAt: string | null;
  /** Of a paused one: working time that is left. */
  remainingSeconds: number | null;
  /** What the company calls these targets. */
  policy: string;
}

/**
 * The one target that asks for something first; null where there is none. A moment that goes by needs no event: what
 * was due is missed from then on, whatever was told last.
 */
export function standingOf(conversation: Conversation, now: number): Standing | null {
  const level = conversation.service_level;
  if (!level || conversation.status === "closed") return null;
  const standings = level.targets
    .map((target) => standing(target, level.policy.name ?? "", now))
    .filter((one) => one !== null);
  return standings.sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

/** What runs comes before what is paused, and of that the earliest. */
function rank({ dueAt }: Standing): number {
  return dueAt === null ? Number.POSITIVE_INFINITY : toMs(dueAt);
}

function standing(target: ServiceTarget, policy: string, now: number): Standing | null {
  const { state, due_at: due = null, warn_at: warn = null, remaining_seconds: remaining = null } = target;
  const base = { target: target.target, policy, remainingSeconds: null };
  if (state === "met" || (state === "breached" && target.met_at)) return null;
  if (state === "breached") return { ...base, level: "missed", dueAt: due ?? target.breached_at ?? null };
  if (state === "paused") return { ...base, level: "paused", dueAt: null, remainingSeconds: remaining };
  if (due === null) return null;
  if (toMs(due) <= now) return { ...base, level: "missed", dueAt: due };
  return { ...base, level: warn !== null && toMs(warn) <= now ? "near" : "fine", dueAt: due };
}

/** The moments at which the standing changes by itself, so that whoever shows it looks again then. */
export function nextMoment(conversation: Conversation, now: number): string | null {
  const moments = (conversation.service_level?.targets ?? [])
    .filter(({ state }) => state === "running")
    .flatMap(({ due_at: due, warn_at: warn }) => [warn, due])
    .filter((at) => typeof at === "string" && toMs(at) > now) as string[];
  return moments.sort((a, b) => toMs(a) - toMs(b))[0] ?? null;
}
