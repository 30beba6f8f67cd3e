/** A loaded part of a list of conversations, and how it changes. Pure. */
import type { Conversation, Page } from "@/shared/api/types";
import type { Order } from "@/shared/conversations/filter";

/** Where a conversation stands in a list, whichever its order. */
export interface Place {
  at: string;
  id: string;
  /** Since when the customer waits. */
  waiting: string | null;
}

/** `end` is the place up to which the rows are all there are, and `cursor` goes on from it; both null: to the end. */
export interface ConversationList {
  order: Order;
  rows: Conversation[];
  cursor: string | null;
  end: Place | null;
}

/** Whether a list holds a conversation; null: the server alone knows. */
export type Decide = (conversation: Conversation) => boolean | null;

export const emptyList = (order: Order): ConversationList => ({ order, rows: [], cursor: null, end: null });

export function placeOf(conversation: Conversation): Place {
  const { last_activity_at: at, id, waiting_since: waiting } = conversation;
  return { at, id, waiting: waiting ?? null };
}

/** Negative when `a` stands above `b`. Times of the API have one width, so they compare as text. */
export function compare(a: Place, b: Place, order: Order): number {
  if (order === "waiting_since" && (a.waiting !== null || b.waiting !== null)) return compareWaiting(a, b);
  if (a.at !== b.at) return a.at > b.at ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id > b.id ? -1 : 1;
}

/** Who waits longest first, then who does not wait. */
function compareWaiting(a: Place, b: Place): number {
  if (a.waiting === null || b.waiting === null) return a.waiting === null ? 1 : -1;
  if (a.waiting !== b.waiting) return a.waiting < b.waiting ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

export const byPlace = (order: Order) => (a: Conversation, b: Conversation) => compare(placeOf(a), placeOf(b), order);

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
  return changed || rows.length !== list.rows.length ? { ...list, rows: rows.sort(byPlace(list.order)) } : list;
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
  return list.end === null || compare(placeOf(conversation), list.end, list.order) <= 0;
}

/** The list with the next page of the server below it. */
export function withPage(list: ConversationList, page: Page<Conversation>): ConversationList {
  const known = new Set(list.rows.map((row) => row.id));
  const last = page.items.at(-1);
  const cursor = page.next_cursor ?? null;
  return {
    ...list,
    rows: [...list.rows, ...page.items.filter((row) => !known.has(row.id))].sort(byPlace(list.order)),
    cursor,
    end: cursor === null || last === undefined ? null : placeOf(last),
  };
}
