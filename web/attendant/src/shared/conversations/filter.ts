/** Which conversations a list shows: the filters of the API, and the same decision for one conversation in the client. */
import type { Conversation, ConversationStatus, Priority } from "@/shared/api/types";

export type View = "mine" | "queue" | "team" | "all" | "bot" | "snoozed" | "favourites" | "mentions" | "closed";

export const VIEWS: readonly View[] = [
  "mine",
  "queue",
  "team",
  "all",
  "bot",
  "snoozed",
  "favourites",
  "mentions",
  "closed",
];

/** As the API's `sort`: the latest activity first, or who waits longest. */
export type Order = "-last_activity" | "waiting_since";

export const ORDERS: readonly Order[] = ["-last_activity", "waiting_since"];

/** From the most urgent on. */
export const PRIORITIES: readonly Priority[] = ["urgent", "high", "normal", "low"];

/** A view, narrowed. Only what is set narrows; two equal filters have equal JSON. With `q`, all views are searched. */
export interface ConversationFilter {
  view: View;
  channel?: string;
  accountId?: string;
  assignee?: string;
  /** The id of a team. */
  team?: string;
  unread?: boolean;
  /** Threads that everybody can read, or all others. */
  public?: boolean;
  priority?: Priority;
  /** Ids; a type of the first level has those under it. */
  type?: string;
  label?: string;
  tag?: string;
  q?: string;
  order?: Order;
}

const NOT_CLOSED: readonly ConversationStatus[] = ["bot", "queued", "open", "snoozed"];

const STATUSES: Record<View, readonly ConversationStatus[]> = {
  mine: ["bot", "queued", "open"],
  queue: ["queued"],
  team: ["bot", "queued", "open"],
  all: NOT_CLOSED,
  bot: ["bot"],
  snoozed: ["snoozed"],
  favourites: [],
  mentions: [],
  closed: ["closed"],
};

/** The query of `GET /api/v1/conversations` for a filter. */
export function queryOf(filter: ConversationFilter): Record<string, string | string[] | boolean> {
  const query: Record<string, string | string[] | boolean> = {};
  const q = wordsOf(filter);
  if (q === "") viewQuery(filter, query);
  else query["q"] = q;
  if (filter.assignee !== undefined) query["assignee"] ??= filter.assignee;
  if (filter.team !== undefined) query["team"] = filter.team;
  if (filter.channel !== undefined) query["channel"] = filter.channel;
  if (filter.accountId !== undefined) query["account_id"] = filter.accountId;
  if (filter.unread !== undefined) query["unread"] = filter.unread;
  if (filter.public !== undefined) query["public"] = filter.public;
  if (filter.priority !== undefined) query["priority"] = filter.priority;
  for (const mark of ["type", "label", "tag"] as const) if (filter[mark] !== undefined) query[mark] = filter[mark];
  return query;
}

/** The order of a view as long as nobody has chosen another: the queue is worked off from who waits longest. */
export function usualOrder(view: View, searches: boolean): Order {
  return view === "queue" && !searches ? "waiting_since" : "-last_activity";
}

export function orderOf(filter: ConversationFilter): Order {
  return filter.order ?? usualOrder(filter.view, wordsOf(filter) !== "");
}

function viewQuery(filter: ConversationFilter, query: Record<string, string | string[] | boolean>): void {
  const statuses = STATUSES[filter.view];
  if (statuses.length > 0) query["status"] = [...statuses];
  if (filter.view === "mine") query["assignee"] = "me";
  if (filter.view === "team") query["team"] = "mine";
  if (filter.view === "favourites") query["favourite"] = "true";
  if (filter.view === "mentions") query["mentioned"] = "true";
}

const wordsOf = (filter: ConversationFilter) => filter.q?.trim() ?? "";

/**
 * Whether the server's list of this filter holds the conversation. `q` cannot be decided here: null. `types` are the
 * filter's type and those under it, `teams` those of the reader.
 */
export function matches(
  filter: ConversationFilter,
  conversation: Conversation,
  me: string,
  types?: ReadonlySet<string>,
  teams?: ReadonlySet<string>,
): boolean | null {
  const searches = wordsOf(filter) !== "";
  if (!searches && !inView(filter.view, conversation, me, teams)) return false;
  const wanted = searches || filter.view !== "mine" ? filter.assignee : undefined;
  if (wanted !== undefined && !assigned(wanted, conversation.assignee?.id, me)) return false;
  if (filter.team !== undefined && conversation.team?.id !== filter.team) return false;
  if (filter.channel !== undefined && conversation.channel.kind !== filter.channel) return false;
  if (filter.accountId !== undefined && conversation.channel.account_id !== filter.accountId) return false;
  if (filter.unread !== undefined && conversation.unread_count > 0 !== filter.unread) return false;
  if (filter.public !== undefined && (conversation.thread?.public === true) !== filter.public) return false;
  if (filter.priority !== undefined && conversation.priority !== filter.priority) return false;
  if (!isMarked(filter, conversation, types)) return false;
  return searches ? null : true;
}

function isMarked(
  { type, label, tag }: ConversationFilter,
  conversation: Conversation,
  types: ReadonlySet<string> = new Set(type === undefined ? [] : [type]),
): boolean {
  if (type !== undefined && !types.has(conversation.type?.id ?? "")) return false;
  if (label !== undefined && !conversation.contact.labels.some(({ id }) => id === label)) return false;
  return tag === undefined || conversation.tag_ids.includes(tag);
}

function inView(view: View, conversation: Conversation, me: string, teams?: ReadonlySet<string>): boolean {
  const statuses = STATUSES[view];
  if (statuses.length > 0 && !statuses.includes(conversation.status)) return false;
  if (view === "mine") return conversation.assignee?.id === me;
  if (view === "team") return teams?.has(conversation.team?.id ?? "") === true;
  if (view === "mentions") return conversation.mentioned;
  return view !== "favourites" || conversation.favourite;
}

function assigned(wanted: string, assignee: string | undefined, me: string): boolean {
  if (wanted === "none") return assignee === undefined;
  return assignee === (wanted === "me" ? me : wanted);
}
