/** What a list shows stands in its address, so that back, reload and a second tab show the same. Pure. */
import { ORDERS, PRIORITIES, type ConversationFilter, type View } from "@/shared/conversations/filter";

/** What narrows a view; the part of a filter that a saved filter keeps. */
export type Narrowing = Pick<
  ConversationFilter,
  "channel" | "accountId" | "assignee" | "team" | "unread" | "public" | "priority" | "type" | "label" | "tag" | "order"
>;

const SAVED = "filter";
const MARKS = ["type", "label", "tag"] as const;

export function filterOf(view: View, search: URLSearchParams): ConversationFilter {
  const q = search.get("q")?.trim();
  return { view, ...narrowingOf(search), ...(q && { q }) };
}

export function narrowingOf(search: URLSearchParams): Narrowing {
  const channel = search.get("channel");
  const accountId = search.get("account");
  const assignee = search.get("assignee");
  const team = search.get("team");
  const seen = search.get("public");
  const priority = PRIORITIES.find((known) => known === search.get("priority"));
  const [type, label, tag] = MARKS.map((mark) => search.get(mark));
  const order = ORDERS.find((known) => known === search.get("sort"));
  return {
    ...(channel && { channel }),
    ...(accountId && { accountId }),
    ...(assignee && { assignee }),
    ...(team && { team }),
    ...(search.get("unread") === "1" && { unread: true }),
    ...(seen && { public: seen === "1" }),
    ...(priority && { priority }),
    ...(type && { type }),
    ...(label && { label }),
    ...(tag && { tag }),
    ...(order && { order }),
  };
}

/** Which saved filter the address is of. */
export function savedIdOf(search: URLSearchParams): string | null {
  return search.get(SAVED);
}

/** The `?...` of an address, or nothing. */
export function searchOf(narrowing: Narrowing, savedId?: string | null, q?: string): string {
  const search = new URLSearchParams();
  if (narrowing.channel) search.set("channel", narrowing.channel);
  if (narrowing.accountId) search.set("account", narrowing.accountId);
  if (narrowing.assignee) search.set("assignee", narrowing.assignee);
  if (narrowing.team) search.set("team", narrowing.team);
  if (narrowing.unread) search.set("unread", "1");
  if (narrowing.public !== undefined) search.set("public", narrowing.public ? "1" : "0");
  if (narrowing.priority) search.set("priority", narrowing.priority);
  for (const mark of MARKS) if (narrowing[mark]) search.set(mark, narrowing[mark]);
  if (narrowing.order) search.set("sort", narrowing.order);
  if (savedId) search.set(SAVED, savedId);
  if (q) search.set("q", q);
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

export function isNarrowed(narrowing: Narrowing): boolean {
  return searchOf(narrowing) !== "";
}

export function sameNarrowing(a: Narrowing, b: Narrowing): boolean {
  return searchOf(a) === searchOf(b);
}
