/** Where somebody is in a thread, and what follows from it. Pure: heights and positions are handed in. */
import type { Conversation, Message } from "@/shared/api/types";
import type { Thread } from "@/shared/conversations/thread";

/** So near to the end, in pixels, somebody reads along: what comes is followed. */
const END_PX = 40;
/** So near to an end of what is loaded, in screens, the next page is loaded. */
const LOAD_AHEAD = 2;
/** So many pages are loaded to reach the first unread message before the thread is shown. */
export const MOST_PAGES_TO_UNREAD = 6;

export interface Metrics {
  top: number;
  height: number;
  full: number;
}

export function isAtEnd({ top, height, full }: Metrics): boolean {
  return full - height - top <= END_PX;
}

/** How far somebody has scrolled meanwhile: what the browser did because there was no more below is no move. */
export function movedBy(before: Metrics, now: Metrics): number {
  return now.top - Math.min(before.top, Math.max(now.full - now.height, 0));
}

export function wantsOlder(thread: Thread, { top, height }: Metrics): boolean {
  return thread.hasOlder && top < height * LOAD_AHEAD;
}

export function wantsNewer(thread: Thread, { top, height, full }: Metrics): boolean {
  return thread.hasNewer && full - height - top < height * LOAD_AHEAD;
}

type Unread = Pick<Conversation, "unread_count" | "first_unread_sequence">;
type Mentioned = Pick<Conversation, "mention_sequence">;

/**
 * The sequence of the first unread message; null when nothing is unread. Where the server does not say it (old
 * conversations), the unread ones are the last of the customer's. `"older"`: it is not among the loaded ones.
 */
export function firstUnread(thread: Thread, conversation: Unread): number | "older" | null {
  if (conversation.unread_count === 0) return null;
  const [oldest] = thread.messages;
  if (oldest === undefined) return null;
  const told = conversation.first_unread_sequence ?? null;
  if (told !== null) {
    if (told < oldest.sequence) return thread.hasOlder ? "older" : oldest.sequence;
    return thread.messages.find((message) => message.sequence >= told)?.sequence ?? null;
  }
  let left = conversation.unread_count;
  for (const message of thread.messages.toReversed()) {
    if (message.direction === "inbound" && (left -= 1) === 0) return message.sequence;
  }
  return thread.hasOlder ? "older" : oldest.sequence;
}

/**
 * What has to be loaded before the thread can be shown where reading begins; null: it is there. A number is the
 * sequence of the first unread message, which lies before or after what is loaded.
 */
export function placeToLoad(thread: Thread, conversation: Unread): "newest" | "older" | number | null {
  const told = conversation.unread_count > 0 ? (conversation.first_unread_sequence ?? null) : null;
  const [oldest, last] = [thread.messages[0], thread.messages.at(-1)];
  if (told !== null && oldest !== undefined && last !== undefined) {
    const before = told < oldest.sequence && thread.hasOlder;
    const after = told > last.sequence && thread.hasNewer;
    return before || after ? told : null;
  }
  if (thread.hasNewer) return "newest";
  return firstUnread(thread, conversation) === "older" ? "older" : null;
}

/** How many messages of others came after the last one that was in sight. */
export function newBelow(messages: readonly Message[], seen: number, me: string): number {
  let count = 0;
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at];
    if (message === undefined || message.sequence <= seen) break;
    if (message.direction !== "system" && message.author.id !== me) count += 1;
  }
  return count;
}

export interface Reader {
  /** The page can be seen and has the focus: a tab in the background reads nothing. */
  attentive: boolean;
  /** The sequence of the last message that was in sight. */
  seen: number;
  /** Up to which message reading was told already. */
  told: number;
}

/** Up to which message reading is to be told now: only when the newest one was in sight. */
export function readUpTo(thread: Thread, conversation: Unread & Mentioned, reader: Reader): number | null {
  const unread = conversation.unread_count > 0 || Boolean(conversation.mention_sequence);
  if (!reader.attentive || thread.hasNewer || !unread) return null;
  const newest = thread.messages.findLast(({ direction }) => direction === "inbound" || direction === "note")?.sequence;
  if (newest === undefined || reader.seen < newest || reader.told >= newest) return null;
  return newest;
}
