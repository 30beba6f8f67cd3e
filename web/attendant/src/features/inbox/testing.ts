/** Conversations for the tests of this feature. */
import type { Conversation } from "@/shared/api/types";

const NOON = Date.parse("2026-11-22T12:00:00.000Z");

/** A moment so many minutes after noon. */
export function at(minutes: number): string {
  return new Date(NOON + minutes * 60_000).toISOString();
}

export function aConversation(changes: Partial<Conversation> = {}): Conversation {
  const id = changes.id ?? "c1";
  return {
    id,
    number: 31,
    status: "open",
    channel: { kind: "whatsapp", account_id: "account-1", name: "Loja Girassol" },
    contact: { id: `contact-${id}`, name: "Maria Souza", avatar_url: null, labels: [] },
    assignee: { id: "me", name: "Ana" },
    team: null,
    type: null,
    priority: "normal",
    favourite: false,
    draft: false,
    scheduled_count: 0,
    mentioned: false,
    unread_count: 0,
    tag_ids: [],
    first_unread_sequence: null,
    waiting_since: null,
    last_message: {
      id: `message-${id}`,
      kind: "text",
      preview: "Bom dia, o pedido chegou",
      direction: "inbound",
      occurred_at: at(0),
      author: { type: "contact", id: `contact-${id}`, name: "Maria Souza" },
      status: null,
    },
    reply_window_expires_at: null,
    queue_position: null,
    opened_at: at(-60),
    first_response_at: null,
    closed_at: null,
    last_activity_at: at(0),
    rating: null,
    rating_details: null,
    rating_request: null,
    placement: 0,
    sequence: 3,
    ...changes,
  };
}
