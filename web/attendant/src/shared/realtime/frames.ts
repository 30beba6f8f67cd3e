/** The frames of the WebSocket (see the gateway's document): events, what is about the connection, and passing ones. */
import type { Author, Contact, Conversation, LastMessage, Message } from "@/shared/api/types";
import type { Reading } from "@/shared/conversations/reading";
import type { Availability } from "@/shared/routing/types";

/** What a message did to its conversation: the fields of it that messages change. */
export interface ConversationState {
  unread_count: number;
  first_unread_sequence?: number | null;
  waiting_since?: string | null;
  reply_window_expires_at?: string | null;
  first_response_at?: string | null;
  last_activity_at: string;
  tag_ids?: string[];
  /** With it, the message is the conversation's last one. */
  last_preview?: string | null;
  /** What the list shows now, where another message than the last one has other words. */
  last_message?: LastMessage | null;
}

interface Event<Type extends string, Data> {
  type: `${Type}.${string}`;
  id: string;
  cursor: string;
  occurred_at: string;
  subject: string;
  sequence: number;
  actor: Author;
  data: Data;
}

export type ConversationEvent = Event<"conversation", { conversation: Conversation; changed?: string[] }>;
/** `rating.requested` tells of a conversation as its own events do. */
export type RatingEvent = Event<"rating", { conversation: Conversation; changed?: string[] }>;
export type MessageEvent = Event<
  "message",
  {
    conversation_id: string;
    message: Message;
    conversation_state?: ConversationState | null;
    changed?: string[];
  }
>;
export type ContactEvent = Event<"contact", { contact: Contact; changed?: string[] }>;
/** Something that the company sets was made, changed or deleted; `value` is absent where not everybody may see it. */
export type SettingEvent = Event<
  "setting",
  { setting: string; id: string; deleted?: boolean; value?: Record<string, unknown> | null }
>;
/** Somebody has become available, or less so. */
export type AttendantEvent = Event<"attendant", { attendant: Availability; changed?: string[] }>;
/** A webhook was disabled or enabled; told to those who look after them. */
export type WebhookEvent = Event<"webhook", { endpoint_id: string }>;
/** To who sees own conversations only: this one is no longer theirs. Who has it now is named if they may know. */
export type TakenEvent = Omit<Event<"conversation", { conversation_id: string; assignee: Person | null }>, "type"> & {
  type: typeof TAKEN;
};
export type EventFrame =
  | ConversationEvent
  | RatingEvent
  | MessageEvent
  | ContactEvent
  | SettingEvent
  | AttendantEvent
  | WebhookEvent
  | TakenEvent;

type Person = { id: string; name: string | null };
const TAKEN = "conversation.taken";

export function isTaken(frame: EventFrame): frame is TakenEvent {
  return frame.type === TAKEN;
}

/** Frames without a cursor: they are true for a moment and are never repeated. */
export type PassingFrame = { subject: string; actor: Author; occurred_at: string } & (
  | { type: "conversation.viewing"; data: { viewing: boolean } }
  | { type: "conversation.typing"; data: { note: boolean } }
  | { type: "conversation.favourited"; data: { favourite: boolean } }
  | { type: "conversation.read"; data: Omit<Reading, "mentioned"> }
  | { type: "conversation.drafted"; data: { direction: "outbound" | "note"; version: number; empty: boolean } }
  | { type: "setting.own_changed"; data: { setting: string; id: string; deleted: boolean } }
);

export type ConnectionFrame =
  /** `expires_at`: when the token ends, in seconds since 1970. */
  | { type: "ready"; cursor: string; expires_at: number; now?: string }
  | { type: "heartbeat"; cursor: string; now?: string }
  | { type: "resync"; cursor: string; reason: string }
  /** What the person may do (`permissions`) and see from now on; it comes unasked, too, when that was changed. */
  | { type: "authenticated"; expires_at: number; permissions?: string[]; visibility?: string }
  | { type: "pong"; id?: string | number }
  | { type: "error"; code: string; detail: string };

export type Frame =
  | { is: "event"; frame: EventFrame }
  | { is: "passing"; frame: PassingFrame }
  | { is: "connection"; frame: ConnectionFrame }
  /** An event of a family that this version does not know: only its cursor counts. */
  | { is: "unknown"; cursor: string | null };

const CONNECTION = new Set(["ready", "heartbeat", "resync", "authenticated", "pong", "error"]);
const PASSING = new Set([
  "conversation.viewing",
  "conversation.typing",
  "conversation.favourited",
  "conversation.read",
  "conversation.drafted",
  "setting.own_changed",
]);
/** The field of `data` without which an event of the family says nothing. */
const NEEDED: Readonly<Record<string, string>> = {
  conversation: "conversation",
  rating: "conversation",
  message: "message",
  contact: "contact",
  setting: "setting",
  attendant: "attendant",
  webhook: "endpoint_id",
};

/** Reads a frame; null for what is none. */
export function readFrame(text: string): Frame | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(found) || typeof found["type"] !== "string") return null;
  const type = found["type"];
  if (CONNECTION.has(type)) return { is: "connection", frame: found as unknown as ConnectionFrame };
  if (typeof found["subject"] !== "string" || !isRecord(found["data"]))
    return { is: "unknown", cursor: cursorOf(found) };
  if (PASSING.has(type)) return { is: "passing", frame: found as unknown as PassingFrame };
  const needed = type === TAKEN ? "conversation_id" : NEEDED[type.split(".")[0] ?? ""];
  if (needed === undefined || !found["data"][needed] || typeof found["sequence"] !== "number") {
    return { is: "unknown", cursor: cursorOf(found) };
  }
  return { is: "event", frame: found as unknown as EventFrame };
}

export function isAbout<F extends "conversation" | "message" | "contact" | "setting" | "attendant" | "webhook">(
  frame: EventFrame,
  family: F,
): frame is
  | Exclude<Extract<EventFrame, { type: `${F}.${string}` }>, TakenEvent>
  | (F extends "conversation" ? RatingEvent : never) {
  if (isTaken(frame)) return false;
  return frame.type.startsWith(`${family}.`) || (family === "conversation" && frame.type.startsWith("rating."));
}

function cursorOf(found: Record<string, unknown>): string | null {
  return typeof found["cursor"] === "string" ? found["cursor"] : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
