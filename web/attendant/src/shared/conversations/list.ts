/** A loaded part of a list of conversations, and how it changes. Pure. */
import type { Conversation, Page } from "@/shared/api/types";

/** Where a conversation stands in a list: the latest activity first, of equal ones the higher id. */
export interface Place {
  at: string;
  id: string;
}

/** `end` is the place up to which the rows are all there are, and `cursor` goes on from it; both null: to the end. */
export interface ConversationList {
  rows: Conversation[];
  cursor: string | null;
  end: Place | null;
}

/** Whether a list holds a conversation; null: the server alone knows. */
export type Decide = (conversation: Conversation) => boolean | null;

export const EMPTY_LIST: ConversationList = { rows: [], cursor: null, end: null };

export function placeOf(conversation: Conversation): Place {
  return { at: conversation.last_activity_at, id: conversation.id };
}

/** Negative when `a` stands above `b`. Times of the API have one width, so they compare as text. */
export function compare(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at > b.at ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id > b.id ? -1 : 1;
}

const byPlace = (a: Conversation, b: Conversation) => compare(placeOf(a), placeOf(b));

/** The list with changed conversations: replaced, moved, taken out, and put in where they belong to what is loaded. */
export function withChanges(
  list: ConversationList,
  changes: ReadonlyMap<string, Conversation>,
  decide: Decide,
): ConversationList {
  if (changes.size === 0) return list;
  let changed = false;
  const present = new Set<string>();
  const rows: Conversation[] = [];
  for (const row of list.rows) {
    const next = changes.get(row.id);
    if (next === undefined) {
      rows.push(row);
      continue;
    }
    present.add(row.id);
    changed ||= next !== row;
    if (decide(next) !== false) rows.push(next);
  }
  for (const next of changes.values()) {
    if (present.has(next.id) || decide(next) !== true || !reaches(list, next)) continue;
    rows.push(next);
    changed = true;
  }
  return changed || rows.length !== list.rows.length ? { ...list, rows: rows.sort(byPlace) } : list;
}

/**
 * Whether a changed conversation may have come into the list where the server alone can tell. Not when it was kept out
 * before by what has not changed: so the messages of other customers ask for nothing.
 */
export function mayBelong(
  list: ConversationList,
  before: Conversation | undefined,
  after: Conversation,
  decide: Decide,
): boolean {
  if (decide(after) !== null || list.rows.some((row) => row.id === after.id) || !reaches(list, after)) return false;
  if (before === undefined || list.end !== null) return true;
  return decide(before) === false || before.contact.name !== after.contact.name;
}

function reaches(list: ConversationList, conversation: Conversation): boolean {
  return list.end === null || compare(placeOf(conversation), list.end) <= 0;
}

/** The list with the next page of the server below it. */
export function withPage(list: ConversationList, page: Page<Conversation>): ConversationList {
  const known = new Set(list.rows.map((row) => row.id));
  const last = page.items.at(-1);
  const cursor = page.next_cursor ?? null;
  return {
    rows: [...list.rows, ...page.items.filter((row) => !known.has(row.id))].sort(byPlace),
    cursor,
    end: cursor === null || last === undefined ? null : placeOf(last),
  };
}
