/** What stands in a thread, from top to bottom: days, the line before what is unread, system lines and groups. Pure. */
import type { Message, TimelineEntry } from "@/shared/api/types";
import { dayOf, toMs } from "@/shared/time/format";

import { withAlbumsTogether } from "./albums";
import type { Shown } from "./shown";

/** Messages of one author within this time are one group. */
const GROUP_MS = 5 * 60_000;

/** On which side a message stands: the customer's, ours, or a note that only the team sees. */
export type Side = "customer" | "own" | "note";

export interface Group {
  type: "group";
  key: string;
  side: Side;
  author: Message["author"];
  /** When its first message was written: the one time that is shown. */
  at: string;
  rows: Shown[];
}

export type Entry =
  | { type: "day"; key: string; at: string }
  | { type: "unread"; key: string }
  | { type: "system"; key: string; row: Shown }
  | { type: "event"; key: string; event: TimelineEntry }
  | Group;

export function sideOf(message: Pick<Message, "direction">): Side {
  if (message.direction === "note") return "note";
  return message.direction === "inbound" ? "customer" : "own";
}

/** `unreadFrom`: the sequence of the message before which the line "new messages" stands. */
export function entriesOf(rows: readonly Shown[], zone: string, unreadFrom: number | null): Entry[] {
  const entries: Entry[] = [];
  let day = "";
  let group: Group | null = null;
  let lined = unreadFrom === null;
  for (const row of withAlbumsTogether(rows)) {
    const { message } = row;
    const today = dayOf(message.occurred_at, zone);
    if (today !== day) {
      entries.push({ type: "day", key: `day/${row.key}`, at: message.occurred_at });
      day = today;
      group = null;
    }
    if (!lined && unreadFrom !== null && row.outgoing === null && message.sequence >= unreadFrom) {
      entries.push({ type: "unread", key: "unread" });
      lined = true;
      group = null;
    }
    if (message.direction === "system") {
      entries.push({ type: "system", key: row.key, row });
      group = null;
    } else if (group !== null && belongs(group, message)) {
      group.rows.push(row);
    } else {
      group = {
        type: "group",
        key: `group/${row.key}`,
        side: sideOf(message),
        author: message.author,
        at: message.occurred_at,
        rows: [row],
      };
      entries.push(group);
    }
  }
  return entries.map((entry) => (entry.type === "group" ? kept(entry) : entry));
}

/** A group keeps its identity for as long as its rows do. */
const known = new WeakMap<Shown, Group>();

function kept(group: Group): Group {
  const [first] = group.rows;
  if (first === undefined) return group;
  const before = known.get(first);
  if (before?.rows.length === group.rows.length && before.rows.every((row, at) => row === group.rows[at]))
    return before;
  known.set(first, group);
  return group;
}

function belongs(group: Group, message: Message): boolean {
  if (group.side !== sideOf(message)) return false;
  const { author } = group;
  if (author.type !== message.author.type || (author.id ?? null) !== (message.author.id ?? null)) return false;
  // In a group the customer is the group, and its people have names alone.
  if (author.type === "contact" && (author.name ?? null) !== (message.author.name ?? null)) return false;
  return toMs(message.occurred_at) - toMs(group.at) < GROUP_MS;
}
