/** Messages as the thread shows them: those that the server has, and below them those on their way to it. */
import type { Author, Message, MessageKind } from "@/shared/api/types";
import type { OutgoingItem } from "@/shared/conversations/outgoing";

export interface Shown {
  /** The same for a message on its way and for the server's copy of it. */
  key: string;
  message: Message;
  /** What is known of its way to the server; null: the server has it. */
  outgoing: OutgoingItem | null;
  /** The message that it answers, where it is loaded. */
  quoted: Message | undefined;
}

/** A row keeps its identity for as long as nothing of it changes: what did not change is not drawn again. */
const known = new WeakMap<Message | OutgoingItem, Shown>();

export function shownOf(
  messages: readonly Message[],
  outgoing: readonly OutgoingItem[],
  me: { id: string; name: string },
): Shown[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const quotedBy = (id: string | null | undefined) => {
    const quoted = id ? byId.get(id) : undefined;
    return quoted?.same_as ? byId.get(quoted.same_as) : quoted;
  };
  // What has turned out to be another message is shown as that one alone.
  const rows = messages
    .filter((message) => !message.same_as)
    .map((message) => {
      const quoted = quotedBy(message.reply_to);
      return kept(message, quoted, () => ({ key: keyOf(message), message, outgoing: null, quoted }));
    });
  for (const item of outgoing) {
    const quoted = quotedBy(item.body.reply_to);
    rows.push(kept(item, quoted, () => ({ key: item.clientId, message: previewOf(item, me), outgoing: item, quoted })));
  }
  return rows;
}

function kept(source: Message | OutgoingItem, quoted: Message | undefined, make: () => Shown): Shown {
  const before = known.get(source);
  if (before !== undefined && before.quoted === quoted) return before;
  const row = make();
  known.set(source, row);
  return row;
}

/** What its sender's client called it, so that a row stays the same row when the server has the message. */
export function keyOf(message: Pick<Message, "id" | "client_id">): string {
  return message.client_id ?? message.id;
}

const KIND_OF_MEDIA: Record<string, MessageKind> = { image: "image", video: "video", audio: "audio" };

/** A message on its way, in the shape of the message that it will be. */
function previewOf(item: OutgoingItem, me: { id: string; name: string }): Message {
  const { body, attachments } = item;
  const author: Author = { type: "attendant", id: me.id, name: me.name };
  const at = new Date(item.at).toISOString();
  const kind = kindOf(item);
  return {
    id: item.clientId,
    client_id: item.clientId,
    conversation_id: item.conversationId,
    direction: body.direction ?? "outbound",
    kind,
    text: body.text ?? null,
    content: contentOf(kind, item),
    attachments,
    reply_to: body.reply_to ?? null,
    reply_to_unavailable: false,
    author,
    status: "pending",
    error: null,
    tags: [],
    reactions: [],
    forwarded: "no",
    occurred_at: at,
    recorded_at: at,
    sequence: Number.MAX_SAFE_INTEGER,
    version: 0,
  } as unknown as Message; // the content fits the kind by `contentOf`
}

function kindOf({ body, attachments }: OutgoingItem): MessageKind {
  if (body.kind) return body.kind;
  if (body.template) return "template";
  if (body.interactive) return "interactive";
  if (body.location) return "location";
  if (body.contacts) return "contacts";
  const media = attachments[0]?.mime_type.split("/")[0];
  if (media === undefined) return "text";
  return KIND_OF_MEDIA[media] ?? "document";
}

function contentOf(kind: MessageKind, { body }: OutgoingItem): object {
  switch (kind) {
    case "template":
      return { ...body.template, rendered: null };
    case "interactive":
      return body.interactive ?? {};
    case "location":
      return body.location ?? {};
    case "contacts":
      return { contacts: body.contacts ?? [] };
    case "audio":
      return { voice: body.voice ?? false, duration: null };
    default:
      return {};
  }
}
