/** The loaded part of a conversation's messages, and how it changes. Pure. */
import type { Message } from "@/shared/api/types";

/** A stretch of the conversation without holes, oldest first. */
export interface Thread {
  messages: Message[];
  hasOlder: boolean;
  hasNewer: boolean;
}

export const EMPTY_THREAD: Thread = { messages: [], hasOlder: false, hasNewer: false };

/** So many messages of a thread that nobody reads any more are kept. */
const KEPT = 100;

/** With more than these, who stands at the end of a thread does not carry its beginning along. */
export const MOST_AT_END = 400;

/** The thread without its old messages, so that it opens as fast again as it did first. */
export function withoutOld(thread: Thread): Thread {
  if (thread.hasNewer || thread.messages.length <= KEPT) return thread;
  return { ...thread, messages: thread.messages.slice(-KEPT), hasOlder: true };
}

/** Which change of a message a copy shows; of messages stored before there were versions, where the message stands. */
export function versionOf(message: Message): number {
  return Math.max(message.version, message.sequence);
}

/** The thread with these copies: later ones replace earlier ones, and new ones go in where they touch what is loaded. */
export function withMessages(thread: Thread, copies: readonly Message[]): Thread {
  let messages: Message[] | null = null;
  let fresh = false;
  const places = new Map(thread.messages.map((message, index) => [message.id, index]));
  for (const copy of copies) {
    const current = messages ?? thread.messages;
    const index = places.get(copy.id);
    if (index === undefined) {
      if (!touches(thread, copy)) continue;
      messages ??= [...thread.messages];
      places.set(copy.id, messages.push(copy) - 1);
      fresh = true;
    } else if (isLater(copy, current[index])) {
      messages ??= [...thread.messages];
      messages[index] = copy;
    }
  }
  if (messages === null) return thread;
  if (fresh) messages.sort((a, b) => a.sequence - b.sequence);
  return { ...thread, messages };
}

function isLater(copy: Message, current: Message | undefined): boolean {
  return current === undefined || versionOf(copy) > versionOf(current);
}

/** Whether a message that is not loaded belongs to the stretch that is. */
function touches(thread: Thread, message: Message): boolean {
  const first = thread.messages[0]?.sequence;
  const last = thread.messages.at(-1)?.sequence;
  const old = first === undefined || message.sequence < first;
  const recent = last === undefined || message.sequence > last;
  if (old && recent) return !thread.hasOlder && !thread.hasNewer;
  if (old) return !thread.hasOlder;
  return recent ? !thread.hasNewer : true;
}

/** The thread with a stretch before it; both have what they share. */
export function withOlder(thread: Thread, older: readonly Message[], hasOlder: boolean): Thread {
  return { ...joined(thread, older), hasOlder };
}

/** The thread with a stretch after it. */
export function withNewer(thread: Thread, newer: readonly Message[], hasNewer: boolean): Thread {
  return { ...joined(thread, newer), hasNewer };
}

function joined(thread: Thread, more: readonly Message[]): Thread {
  return withMessages({ ...thread, hasOlder: false, hasNewer: false }, more);
}
