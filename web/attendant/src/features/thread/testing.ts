/** Messages for the tests of this feature. */
import type { Message } from "@/shared/api/types";

let count = 0;

/** A text of the customer, with what the test is about in place of the usual. */
export function message(
  changes: Partial<Omit<Message, "content" | "kind">> & { kind?: string; content?: object },
): Message {
  count += 1;
  return {
    id: `m${count}`,
    conversation_id: "k",
    direction: "inbound",
    kind: "text",
    text: "Bom dia",
    content: {},
    attachments: [],
    reply_to: null,
    reply_to_unavailable: false,
    author: { type: "contact", id: "customer", name: "Maria" },
    status: null,
    error: null,
    tags: [],
    reactions: [],
    forwarded: "no",
    referral: null,
    edited_at: null,
    earlier: [],
    deleted_at: null,
    external_id: `x${count}`,
    client_id: null,
    occurred_at: "2026-11-22T15:00:00.000Z",
    recorded_at: "2026-11-22T15:00:00.000Z",
    sequence: count,
    version: count,
    ...changes,
  } as unknown as Message;
}
