/** What can be done with a message at its channel, by what the channel can do. Pure. */
import type { Capabilities, Conversation, Message } from "@/shared/api/types";

/** Why not; `seconds` is how old the message may be. */
export type Why =
  | {
      why:
        | "permission"
        | "colleague"
        | "channel"
        | "kind"
        | "not_sent"
        | "unreachable"
        | "private_done"
        | "private_channel";
    }
  | { why: "too_old"; seconds: number };

/** Who looks: their id, whether they may write, and whether they may change what colleagues wrote. */
export interface Looking {
  id: string;
  writes: boolean;
  supervises: boolean;
}

type Limit = { within_seconds: number | null; kinds: readonly Message["kind"][] } | null | undefined;

/** A provider gives an id also to what it refuses later. */
export const reachedCustomer = ({ external_id: id, status }: Message): boolean => Boolean(id) && status !== "failed";

/** Whether it is a message that the company sent to the customer and that stands there. */
export const isOwn = ({ direction, deleted_at: deleted }: Message): boolean => direction === "outbound" && !deleted;

/** Whether it is a comment of a customer that everybody can read. */
export function isPublicComment(message: Message, { thread }: Pick<Conversation, "thread">): boolean {
  return thread?.public === true && message.direction === "inbound" && !message.deleted_at;
}

export function tooOld(message: Message, within: number | null | undefined, now: number): Why | null {
  if (within === null || within === undefined) return null;
  return Date.parse(message.occurred_at) + within * 1000 < now ? { why: "too_old", seconds: within } : null;
}

/** What no person wrote is everybody's. */
const isColleagues = ({ author }: Message, me: Looking): boolean =>
  author.type === "attendant" && author.id !== me.id && !me.supervises;

function ownLimit(message: Message, limit: Limit, me: Looking, now: number): Why | null {
  if (!me.writes) return { why: "permission" };
  if (!limit) return { why: "channel" };
  if (isColleagues(message, me)) return { why: "colleague" };
  if (!limit.kinds.includes(message.kind)) return { why: "kind" };
  if (!reachedCustomer(message)) return { why: "not_sent" };
  return tooOld(message, limit.within_seconds, now);
}

export function cannotEdit(message: Message, { edits }: Pick<Capabilities, "edits">, me: Looking, now: number) {
  if (edits && message.kind === "text" && !message.text) return { why: "kind" } as const;
  return ownLimit(message, edits, me, now);
}

export function cannotDelete(message: Message, { deletes }: Pick<Capabilities, "deletes">, me: Looking, now: number) {
  return ownLimit(message, deletes, me, now);
}

/** Answering a public comment in private: once, for a while, and where there is a channel for it. */
export function cannotAnswerPrivately(
  message: Message,
  { thread }: Pick<Conversation, "thread">,
  { private_replies: limit }: Pick<Capabilities, "private_replies">,
  may: boolean,
  now: number,
): Why | null {
  if (!may) return { why: "permission" };
  if (!limit) return { why: "channel" };
  if (message.private_reply) return { why: "private_done" };
  if (!thread?.private_channel) return { why: "private_channel" };
  return tooOld(message, limit.within_seconds, now);
}

/** The last message that the signed-in attendant wrote and can still change. */
export function lastEditable(
  messages: readonly Message[],
  capabilities: Pick<Capabilities, "edits">,
  me: string,
  now: number,
): Message | undefined {
  const looking = { id: me, writes: true, supervises: false };
  return messages.findLast(
    (one) => isOwn(one) && one.author.id === me && cannotEdit(one, capabilities, looking, now) === null,
  );
}

/** Emoji are the same with and without the sign that asks for their coloured form. */
const bare = (emoji: string): string => emoji.replaceAll("\ufe0f", "");

/** The emoji as the channel writes it; null: it does not have it. `allowed` null: it has all. */
export function allowedEmoji(emoji: string, allowed: readonly string[] | null | undefined): string | null {
  if (!allowed) return emoji;
  return allowed.find((one) => bare(one) === bare(emoji)) ?? null;
}
