/** Which words an event of the timeline has, and where it stands among the messages. Pure. */
import type { TimelineEntry } from "@/shared/api/types";

import type { Entry } from "./entries";

export type EventWord =
  | "opened"
  | "took"
  | "assigned"
  | "given"
  | "queued"
  | "queued_for_all"
  | "accepted"
  | "warned"
  | "breached"
  | "unassigned"
  | "transferred"
  | "closed"
  | "reopened"
  | "snoozed"
  | "snoozed_customer"
  | "due"
  | "woken"
  | "priority"
  | "classified"
  | "rated"
  | "tagged"
  | "untagged"
  | "contact"
  | "expired"
  | "changed";

const BY_TYPE: Readonly<Record<string, EventWord>> = {
  "conversation.opened": "opened",
  "conversation.queued": "queued",
  "conversation.service_level_breached": "breached",
  "conversation.service_level_warned": "warned",
  "conversation.unassigned": "unassigned",
  "conversation.transferred": "transferred",
  "conversation.closed": "closed",
  "conversation.reopened": "reopened",
  "conversation.classified": "classified",
  "conversation.rated": "rated",
  "message.tagged": "tagged",
  "message.untagged": "untagged",
};

interface Named {
  id?: string;
  name?: string | null;
}

interface Details {
  from?: Named | string | null;
  to?: Named | string | null;
  /** The team that it is in now: of one that changed, and of one that stayed. */
  to_team?: Named | null;
  team?: Named | null;
  until?: string | null;
  due?: string;
}

export const detailsOf = (entry: TimelineEntry) => entry.details as Details;

export function wordOf(entry: TimelineEntry): EventWord {
  const details = detailsOf(entry);
  const { changed } = entry;
  if (entry.type === "conversation.assigned") {
    const to = typeof details.to === "object" ? details.to?.id : undefined;
    if (entry.actor.type === "system") return "given";
    return to !== undefined && to === entry.actor.id ? "took" : "assigned";
  }
  if (entry.type === "conversation.queued" && targetOf(entry) === "") return "queued_for_all";
  if (entry.type === "conversation.snoozed") return details.until ? "snoozed" : "snoozed_customer";
  const known = BY_TYPE[entry.type];
  if (known !== undefined) return known;
  if (details.due !== undefined) return "due";
  if (changed.includes("last_message")) return "expired";
  if (changed.includes("contact")) return "contact";
  if (changed.includes("transfer")) return "accepted";
  if (changed.includes("priority")) return "priority";
  if (changed.includes("type")) return "classified";
  return changed.includes("snoozed_until") || changed.includes("status") ? "woken" : "changed";
}

/** The name of whom or what the event leads to: where it leads to nobody, of the team in whose queue it waits. */
export function targetOf(entry: TimelineEntry): string {
  const { to, to_team: toTeam, team } = detailsOf(entry);
  if (typeof to === "string") return to;
  return (to ?? toTeam ?? team)?.name ?? "";
}

/** Events that stand in the thread, too; the others are in the panel. */
export function standsInThread(entry: TimelineEntry): boolean {
  return !["opened", "tagged", "untagged", "changed"].includes(wordOf(entry));
}

/** The entries of a thread with the lines of what happened between its messages. */
export function withEvents(
  entries: readonly Entry[],
  events: readonly TimelineEntry[],
  { hasOlder, hasNewer }: { hasOlder: boolean; hasNewer: boolean },
): Entry[] {
  const places = entries.map(sequenceOf);
  const known = places.filter((place) => place !== null);
  const [first = 0, last = 0] = [known[0], known.at(-1)];
  const shown = events
    .filter(standsInThread)
    .filter(({ sequence }) => (!hasOlder || sequence > first) && (!hasNewer || sequence < last))
    .sort((a, b) => a.sequence - b.sequence);
  if (shown.length === 0) return [...entries];
  const merged: Entry[] = [];
  let next = 0;
  entries.forEach((entry, at) => {
    const place = places.slice(at).find((one) => one !== null) ?? Infinity;
    for (let event = shown[next]; event !== undefined && event.sequence < place; event = shown[next]) {
      if (place === Infinity && !isSending(entry)) break;
      merged.push({ type: "event", key: event.id, event });
      next += 1;
    }
    merged.push(entry);
  });
  return [...merged, ...shown.slice(next).map((event) => ({ type: "event" as const, key: event.id, event }))];
}

/** Where an entry stands; null: a line between days, or what is on its way. */
function sequenceOf(entry: Entry): number | null {
  if (entry.type === "system") return entry.row.message.sequence;
  if (entry.type === "group") return entry.rows[0]?.message.sequence || null;
  return null;
}

function isSending(entry: Entry): boolean {
  return entry.type === "group" && entry.rows.every((row) => row.outgoing !== null);
}
