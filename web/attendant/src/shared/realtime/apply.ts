/** What events make of the copies that the client has. Pure: nothing is fetched or written here. */
import type { Contact, Conversation, LastMessage, Message } from "@/shared/api/types";
import { mentions } from "@/shared/text/mentions";
import { readingAfter } from "@/shared/conversations/reading";
import { goneBy } from "@/shared/marks/known";
import { refOf } from "@/shared/conversations/contactRef";
import type { Availability } from "@/shared/routing/types";
import { isAbout, type EventFrame, type MessageEvent } from "@/shared/realtime/frames";

/** The latest copy of each conversation that was ever loaded. */
export type Copies = ReadonlyMap<string, Conversation>;

export interface Updates {
  /** Conversations with a later copy. */
  conversations: Map<string, Conversation>;
  /** Copies of messages, by conversation, in the order of the events. */
  messages: Map<string, Message[]>;
  contacts: Map<string, Contact>;
  /** How available attendants are from now on. */
  attendants: Map<string, Availability>;
  /** Customers who are gone for good, with everything of them. */
  erased: Set<string>;
  /** Kinds of settings of which something has changed. */
  settings: Set<string>;
  /** Tags, labels and types that are gone, and what took their place. */
  goneMarks: Record<string, string | null>;
  /** Conversations that have to be loaded: an event is missing before this one, or there is no copy to change. */
  missing: Set<string>;
  /** Conversations that began just now: nobody has counted them yet. */
  opened: Set<string>;
  /** Something happened that no copy shows as a change, so that numbers cannot be corrected by the difference. */
  uncounted: boolean;
}

/** Applies the events in their order. Copies that are as late as an event, or later, stay. */
export function applyEvents(copies: Copies, frames: readonly EventFrame[], me: string): Updates {
  const updates: Updates = {
    conversations: new Map(),
    messages: new Map(),
    contacts: new Map(),
    attendants: new Map(),
    erased: new Set(),
    settings: new Set(),
    goneMarks: {},
    missing: new Set(),
    opened: new Set(),
    uncounted: false,
  };
  for (const frame of frames) {
    if (isAbout(frame, "conversation")) {
      if (frame.type === "conversation.scheduled") updates.settings.add("scheduled");
      takeCopy(copies, updates, frame.data.conversation);
    } else if (isAbout(frame, "message")) {
      const message = withVersion(frame);
      const known = updates.messages.get(frame.subject);
      if (known === undefined) updates.messages.set(frame.subject, [message]);
      else known.push(message);
      advance(copies, updates, frame, message, me);
    } else if (isAbout(frame, "setting")) {
      updates.settings.add(frame.data.setting);
      Object.assign(updates.goneMarks, goneBy(frame.data));
    } else if (isAbout(frame, "webhook")) {
      updates.settings.add("webhook");
    } else if (isAbout(frame, "attendant")) {
      updates.attendants.set(frame.subject, frame.data.attendant);
    } else if (isAbout(frame, "contact") && frame.type === "contact.erased") {
      updates.contacts.delete(frame.subject);
      updates.erased.add(frame.subject);
    } else if (isAbout(frame, "contact")) {
      updates.contacts.set(frame.subject, frame.data.contact);
      renameContact(copies, updates, frame.data.contact);
    }
  }
  return updates;
}

/** The later of two copies of a conversation. What an event tells of a reader is nobody's: our own stays. */
function takeCopy(copies: Copies, updates: Updates, copy: Conversation): void {
  const current = updates.conversations.get(copy.id) ?? copies.get(copy.id);
  if (current === undefined || current.sequence >= copy.sequence) updates.uncounted = true;
  if (current !== undefined && current.sequence >= copy.sequence) return;
  updates.conversations.set(copy.id, {
    ...copy,
    ...readingAfter(copy, current, copy.status === "closed" && copy.unread_count === 0),
    favourite: current?.favourite ?? false,
    draft: current?.draft ?? false,
  });
  updates.missing.delete(copy.id);
  // Whether a conversation that was never loaded is a favourite, only the server knows.
  if (current === undefined) (copy.sequence > 1 ? updates.missing : updates.opened).add(copy.id);
}

function withVersion(frame: MessageEvent): Message {
  const { message } = frame.data;
  return message.version ? message : { ...message, version: Math.max(frame.sequence, message.sequence) };
}

/** A message changes its conversation, too. Only the very next event can be applied to a copy. */
function advance(copies: Copies, updates: Updates, frame: MessageEvent, message: Message, me: string): void {
  const current = updates.conversations.get(frame.subject) ?? copies.get(frame.subject);
  const isNew = frame.sequence === message.sequence;
  if (isNew && (current === undefined || frame.sequence <= current.sequence)) updates.uncounted = true;
  if (current === undefined) {
    if (isNew) updates.missing.add(frame.subject);
    return;
  }
  if (frame.sequence <= current.sequence) return;
  const state = frame.data.conversation_state;
  if (!state || frame.sequence !== current.sequence + 1) {
    updates.missing.add(frame.subject);
    return;
  }
  const { last_preview: preview, last_message: last, ...fields } = state;
  const byMe = isNew && message.author.id === me;
  const reading = readingAfter(state, current, byMe && message.direction === "outbound");
  const mentioned = isNew && !byMe && mentions(message, me);
  updates.conversations.set(frame.subject, {
    ...current,
    ...fields,
    ...reading,
    ...(mentioned && { mentioned, mention_sequence: reading.mention_sequence ?? frame.sequence }),
    ...(last && { last_message: last }),
    ...(typeof preview === "string" && { last_message: lastMessage(message, preview) }),
    sequence: frame.sequence,
  });
}

function lastMessage(message: Message, preview: string): LastMessage {
  const { id, kind, direction, occurred_at, author, status, deleted_at: deleted } = message;
  const last = { id, kind, direction, occurred_at, preview, author, status: status ?? null };
  return deleted ? { ...last, deleted: true } : last;
}

/** The conversations of a contact with its name and labels. */
export function ofContact(copies: Copies, contact: Contact): Map<string, Conversation> {
  const updates = { conversations: new Map<string, Conversation>() };
  renameContact(copies, updates, contact);
  return updates.conversations;
}

function renameContact(copies: Copies, updates: Pick<Updates, "conversations">, contact: Contact): void {
  const all = new Set([...copies.keys(), ...updates.conversations.keys()]);
  for (const id of all) {
    const current = updates.conversations.get(id) ?? copies.get(id);
    if (current?.contact.id !== contact.id) continue;
    updates.conversations.set(id, { ...current, contact: refOf(contact) });
  }
}
