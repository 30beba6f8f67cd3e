/** How the numbers beside the views change with a conversation. Pure. */
import type { Conversation, Count, Counts } from "@/shared/api/types";
import { matches, type View } from "@/shared/conversations/filter";

/** Whose numbers they are, and the teams that they are in. */
export interface Reader {
  me: string;
  teams: ReadonlySet<string>;
}

export const COUNTED = ["mine", "queue", "team", "all", "bot", "snoozed", "favourites", "mentions", "closed"] as const;

/** The counts after a change of one conversation, or after it began (`before` undefined). A count at its limit stays: how many more there were is not known. */
export function recounted(
  counts: Counts,
  before: Conversation | undefined,
  after: Conversation,
  reader: Reader,
): Counts {
  let changed = counts;
  for (const view of COUNTED) {
    const was = share(view, before, reader);
    const is = share(view, after, reader);
    const known = countOf(counts, view);
    if (known === undefined) continue;
    const total = moved(known.total, is.total - was.total, counts.limit);
    const unread = moved(known.unread, is.unread - was.unread, counts.limit);
    if (total === known.total && unread === known.unread) continue;
    changed = { ...changed, [view]: { total, unread } };
  }
  return changed;
}

/** What a view holds; undefined where the server is of a version that does not count it. */
export function countOf(counts: Partial<Counts>, view: View): Count | undefined {
  return (counts as Partial<Record<View, Count>>)[view];
}

/** Whether the conversation counts differently than before. */
export function countsDiffer(before: Conversation | undefined, after: Conversation, reader: Reader): boolean {
  return COUNTED.some((view) => {
    const was = share(view, before, reader);
    const is = share(view, after, reader);
    return was.total !== is.total || was.unread !== is.unread;
  });
}

function share(view: (typeof COUNTED)[number], conversation: Conversation | undefined, reader: Reader): Count {
  if (conversation === undefined) return { total: 0, unread: 0 };
  const left = view === "favourites" && conversation.status === "closed";
  const counted = !left && matches({ view }, conversation, reader.me, undefined, reader.teams) === true;
  const unread = view === "mentions" ? Boolean(conversation.mention_sequence) : conversation.unread_count > 0;
  return { total: counted ? 1 : 0, unread: counted && unread ? 1 : 0 };
}

function moved(value: number, by: number, limit: number): number {
  return value >= limit ? value : Math.max(0, value + by);
}
