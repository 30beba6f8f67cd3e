/**
 * What is unread for the reader: the customer's messages since the last answer that they have not read. Events tell
 * them for nobody; the reader's own mark is kept with the copy. As `domain/read_marks.py` of the server. Pure.
 */
import type { Conversation } from "@/shared/api/types";

/** What is the reader's own of a conversation, as the API names it. */
export type Reading = Pick<
  Conversation,
  "unread_count" | "first_unread_sequence" | "read_mark" | "mentioned" | "mention_sequence"
>;

type Window = Pick<Conversation, "unread_count" | "first_unread_sequence">;
type Mark = NonNullable<Conversation["read_mark"]>;

/** What is unread of the customer's messages since the last answer, for whom the mark is. */
export function unreadFor(window: Window, mark: Mark | null | undefined): Window {
  const { unread_count: size, first_unread_sequence: first = null } = window;
  if (!mark) return { unread_count: size, first_unread_sequence: first };
  const read = (first ?? 0) <= mark.sequence ? Math.min(mark.count, size) : 0;
  if (size > read) {
    return { unread_count: size - read, first_unread_sequence: read > 0 ? mark.sequence + 1 : first };
  }
  return mark.unread
    ? { unread_count: 1, first_unread_sequence: mark.sequence + 1 }
    : { unread_count: 0, first_unread_sequence: null };
}

/** The reader's own, after an event that tells the window. `answered`: the reader has answered, or it was closed. */
export function readingAfter(window: Window, own: Partial<Reading> | undefined, answered: boolean): Reading {
  const mark = answered ? null : (own?.read_mark ?? null);
  return {
    ...unreadFor(window, mark),
    read_mark: mark,
    mentioned: own?.mentioned ?? false,
    mention_sequence: (answered ? null : own?.mention_sequence) ?? null,
  };
}

/** What a conversation shows as soon as the reader has read it all. */
export const ALL_READ = { unread_count: 0, first_unread_sequence: null, mention_sequence: null } as const;
