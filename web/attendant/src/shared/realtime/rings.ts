/** Which events a person is told of by a sound and a notification. Pure. */
import type { Conversation } from "@/shared/api/types";
import { mentions } from "@/shared/text/mentions";
import { isAbout, type EventFrame, type MessageEvent } from "@/shared/realtime/frames";

/** What is older was missed during a sleep: the list shows it, and nobody wants to hear a hundred of them. */
const FRESH_MS = 30_000;

export function isFresh(frame: Pick<EventFrame, "occurred_at">, now: number): boolean {
  return now - Date.parse(frame.occurred_at) < FRESH_MS;
}

export function isArrival(frame: EventFrame, now: number): frame is MessageEvent {
  if (!isAbout(frame, "message") || frame.type !== "message.received") return false;
  return frame.data.message.direction === "inbound" && isFresh(frame, now);
}

/** A note that mentions the person. */
export function isMention(frame: EventFrame, me: string, now: number): frame is MessageEvent {
  if (!isAbout(frame, "message") || frame.type !== "message.sent") return false;
  const { message } = frame.data;
  return mentions(message, me) && frame.actor.id !== me && isFresh(frame, now);
}

/** Customers' messages in my conversations, in those of nobody or of everybody, as the person wants it; never of somebody blocked. */
export function concerns(conversation: Conversation, me: string, wanted: "mine" | "queue" | "all"): boolean {
  if (conversation.status === "closed" || conversation.status === "bot" || conversation.contact.blocked) return false;
  if (!conversation.assignee) return wanted !== "mine";
  return conversation.assignee.id === me || wanted === "all";
}
