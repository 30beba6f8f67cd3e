/** Which conversations a list shows: the filters of the API, and the same decision for one conversation in the client. */
import type { Conversation, ConversationStatus } from "@/shared/api/types";

export type View = "mine" | "queue" | "all" | "favourites" | "closed";

export const VIEWS: readonly View[] = ["mine", "queue", "all", "favourites", "closed"];

/** A view, narrowed. Only what is set narrows; two equal filters have equal JSON. */
export interface ConversationFilter {
  view: View;
  channel?: string;
  accountId?: string;
  assignee?: string;
  unread?: boolean;
  q?: string;
}

const NOT_CLOSED: readonly ConversationStatus[] = ["bot", "queued", "open", "snoozed"];

const STATUSES: Record<View, readonly ConversationStatus[]> = {
  mine: NOT_CLOSED,
  queue: ["queued"],
  all: NOT_CLOSED,
  favourites: [],
  closed: ["closed"],
};

/** The query of `GET /api/v1/conversations` for a filter. */
export function queryOf(filter: ConversationFilter): Record<string, string | string[] | boolean> {
  const query: Record<string, string | string[] | boolean> = {};
  const statuses = STATUSES[filter.view];
  if (statuses.length > 0) query["status"] = [...statuses];
  if (filter.view === "mine") query["assignee"] = "me";
  else if (filter.assignee !== undefined) query["assignee"] = filter.assignee;
  if (filter.view === "favourites") query["favourite"] = "true";
  if (filter.channel !== undefined) query["channel"] = filter.channel;
  if (filter.accountId !== undefined) query["account_id"] = filter.accountId;
  if (filter.unread !== undefined) query["unread"] = filter.unread;
  if (filter.q !== undefined && filter.q.trim() !== "") query["q"] = filter.q.trim();
  return query;
}

/** Whether the server's list of this filter holds the conversation. `q` cannot be decided here: null. */
export function matches(filter: ConversationFilter, conversation: Conversation, me: string): boolean | null {
  const statuses = STATUSES[filter.view];
  if (statuses.length > 0 && !statuses.includes(conversation.status)) return false;
  const assignee = conversation.assignee?.id;
  if (filter.view === "mine" && assignee !== me) return false;
  if (filter.view !== "mine" && filter.assignee !== undefined && !assigned(filter.assignee, assignee, me)) return false;
  if (filter.view === "favourites" && !conversation.favourite) return false;
  if (filter.channel !== undefined && conversation.channel.kind !== filter.channel) return false;
  if (filter.accountId !== undefined && conversation.channel.account_id !== filter.accountId) return false;
  if (filter.unread !== undefined && conversation.unread_count > 0 !== filter.unread) return false;
  return filter.q ? null : true;
}

function assigned(wanted: string, assignee: string | undefined, me: string): boolean {
  if (wanted === "none") return assignee === undefined;
  return assignee === (wanted === "me" ? me : wanted);
}
