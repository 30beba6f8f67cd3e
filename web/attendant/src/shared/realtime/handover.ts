/** Conversations that a colleague gave to somebody, or took from them. Pure. */
import type { Author, Conversation } from "@/shared/api/types";
import { isAbout, type EventFrame } from "@/shared/realtime/frames";
import { isFresh } from "@/shared/realtime/rings";

export interface Handover {
  /** Of the event. */
  id: string;
  conversation: Conversation;
  is: "given" | "taken" | "released";
  by: Author;
}

/** What colleagues gave to `me` and took from `me` in these events; `before` is how a conversation was until now. */
export function handovers(
  frames: readonly EventFrame[],
  before: (id: string) => Conversation | undefined,
  me: string,
  now: number,
): Handover[] {
  const found = new Map<string, Handover>();
  const holders = new Map<string, string | undefined>();
  for (const frame of frames) {
    if (!isAbout(frame, "conversation") || !frame.data.changed?.includes("assignee")) continue;
    const { conversation } = frame.data;
    const held = holders.has(frame.subject) ? holders.get(frame.subject) : before(frame.subject)?.assignee?.id;
    const holder = conversation.assignee?.id;
    holders.set(frame.subject, holder);
    if (held === holder || frame.actor.id === me || !isFresh(frame, now)) continue;
    const is = holder === me ? "given" : held !== me ? null : holder === undefined ? "released" : "taken";
    if (is !== null) found.set(frame.subject, { id: frame.id, conversation, is, by: frame.actor });
  }
  return [...found.values()];
}
