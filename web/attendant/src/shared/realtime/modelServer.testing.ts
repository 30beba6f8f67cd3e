/** A server for tests: conversations and messages in memory, an event for each change, and requests that are answered when the test says so. */
import type { Conversation, Counts, Message } from "@/shared/api/types";
import { matches, orderOf, type ConversationFilter, type Order, type View } from "@/shared/conversations/filter";
import { byPlace, compare, placeOf } from "@/shared/conversations/list";
import type { EventFrame } from "@/shared/realtime/frames";

export const ME = "me-1";
const OTHER = "me-2";
const PAGE_OF_TESTS = 3;

export type Act =
  | { do: "open" | "receive" | "send" | "note" | "close" | "reopen" | "read" | "status"; at: number }
  | { do: "assign"; at: number; to: "me" | "other" | "nobody" };

interface Pending {
  compute: () => Response;
  response: Response | null;
  answer: (response: Response) => void;
  refuse: (error: unknown) => void;
}

export class ModelServer {
  readonly conversations: Conversation[] = [];
  readonly messages = new Map<string, Message[]>();
  readonly stream: EventFrame[] = [];
  readonly pending: Pending[] = [];
  private clock = Date.parse("2026-11-29T12:00:00.000Z");
  private ids = 0;

  /** Does one thing, when it can be done; its events are at the end of `stream`. */
  act(act: Act): void {
    if (act.do === "open") {
      this.open();
      return;
    }
    const conversation = this.conversations[act.at % Math.max(1, this.conversations.length)];
    if (conversation === undefined) return;
    if (act.do === "receive" || act.do === "send" || act.do === "note") this.say(conversation, act.do);
    else if (act.do === "status") this.receipt(conversation);
    else this.change(conversation, act);
  }

  /** The rows of the whole list of a filter, as they are now. */
  list(filter: ConversationFilter): Conversation[] {
    return this.conversations
      .filter((one) => matches(filter, one, ME) === true)
      .sort(byPlace(orderOf(filter)))
      .map((one) => structuredClone(one));
  }

  counts(): Counts {
    const of = (view: View) => {
      const rows = this.list({ view }).filter((row) => view === "closed" || row.status !== "closed");
      return { total: rows.length, unread: rows.filter((row) => row.unread_count > 0).length };
    };
    return {
      mine: of("mine"),
      queue: of("queue"),
      all: of("all"),
      bot: of("bot"),
      snoozed: of("snoozed"),
      favourites: of("favourites"),
      mentions: of("mentions"),
      closed: of("closed"),
      limit: 1000,
    };
  }

  /** Stands in for `fetch`: the answer waits until it is made (`compute`) and given (`answer`). */
  fetch = (request: Request): Promise<Response> =>
    new Promise((answer, refuse) => {
      const entry: Pending = { compute: () => this.route(request), response: null, answer, refuse };
      request.signal.addEventListener("abort", () => refuse(new DOMException("aborted", "AbortError")));
      this.pending.push(entry);
    });

  compute(index: number): void {
    const entry = this.pending[index % Math.max(1, this.pending.length)];
    if (entry !== undefined) entry.response ??= entry.compute();
  }

  answer(index: number): void {
    const [entry] = this.pending.splice(index % Math.max(1, this.pending.length), 1);
    entry?.answer((entry.response ??= entry.compute()));
  }

  private open(): void {
    const id = this.id("conversation");
    const conversation: Conversation = {
      id,
      number: this.conversations.length + 1,
      status: "queued",
      channel: { kind: "whatsapp", account_id: "account-1", name: "Loja" },
      contact: { id: `contact-of-${id}`, name: "Maria", labels: [] },
      assignee: null,
      priority: "normal",
      favourite: false,
      draft: false,
      scheduled_count: 0,
      mentioned: false,
      mention_sequence: null,
      read_mark: null,
      first_unread_sequence: null,
      unread_count: 0,
      tag_ids: [],
      waiting_since: null,
      last_message: null,
      reply_window_expires_at: null,
      opened_at: this.now(),
      closed_at: null,
      last_activity_at: this.now(),
      placement: 0,
      sequence: 0,
    };
    this.conversations.push(conversation);
    this.messages.set(id, []);
    this.publish(conversation, "conversation.opened");
    this.say(conversation, "receive");
  }

  private say(conversation: Conversation, what: "receive" | "send" | "note"): void {
    if (conversation.status === "closed") {
      if (what === "send") return;
      if (what === "receive") this.change(conversation, { do: "reopen", at: 0 });
    }
    const direction = what === "receive" ? "inbound" : what === "send" ? "outbound" : "note";
    conversation.sequence += 1;
    const message: Message = {
      id: this.id("message"),
      conversation_id: conversation.id,
      direction,
      kind: "text",
      text: `text ${this.ids}`,
      content: {},
      attachments: [],
      reply_to_unavailable: false,
      author: what === "receive" ? { type: "contact", id: conversation.contact.id, name: "Maria" } : AUTHOR,
      status: what === "send" ? "pending" : null,
      tags: [],
      reactions: [],
      forwarded: "no",
      occurred_at: this.now(),
      recorded_at: this.now(),
      sequence: conversation.sequence,
      version: conversation.sequence,
    } as unknown as Message;
    this.messages.get(conversation.id)?.push(message);
    conversation.last_activity_at = message.occurred_at;
    if (what === "receive") {
      conversation.unread_count += 1;
      conversation.waiting_since ??= message.occurred_at;
    }
    if (what === "send") conversation.waiting_since = null;
    if (what === "send") conversation.unread_count = 0;
    if (what !== "note") conversation.last_message = lastOf(message);
    this.publishMessage(conversation, message, what === "receive" ? "message.received" : "message.sent");
  }

  private receipt(conversation: Conversation): void {
    const message = this.messages.get(conversation.id)?.findLast((one) => one.direction === "outbound");
    if (message === undefined || message.status === "read") return;
    conversation.sequence += 1;
    message.status = message.status === "pending" ? "sent" : message.status === "sent" ? "delivered" : "read";
    message.version = conversation.sequence;
    if (conversation.last_message?.id === message.id) conversation.last_message = lastOf(message);
    this.publishMessage(conversation, message, "message.status_changed");
  }

  private change(conversation: Conversation, act: Act): void {
    const closed = conversation.status === "closed";
    if (act.do === "assign") {
      if (closed) return;
      const to = { me: { id: ME, name: "Ana" }, other: { id: OTHER, name: "Bia" }, nobody: null }[act.to];
      if (conversation.assignee?.id === to?.id) return;
      conversation.assignee = to;
      conversation.status = to ? "open" : "queued";
      this.publish(conversation, to ? "conversation.assigned" : "conversation.unassigned");
    } else if (act.do === "close" && !closed) {
      Object.assign(conversation, { status: "closed", closed_at: this.now(), unread_count: 0, waiting_since: null });
      this.publish(conversation, "conversation.closed");
    } else if (act.do === "reopen" && closed) {
      Object.assign(conversation, { status: conversation.assignee ? "open" : "queued", closed_at: null });
      this.publish(conversation, "conversation.reopened");
    } else if (act.do === "read" && conversation.unread_count > 0) {
      conversation.unread_count = 0;
      this.publish(conversation, "conversation.updated");
    }
  }

  private publish(conversation: Conversation, type: `conversation.${string}`): void {
    conversation.sequence += 1;
    this.stream.push({
      ...this.envelope(conversation),
      type,
      data: { conversation: { ...structuredClone(conversation), favourite: false } },
    });
  }

  private publishMessage(conversation: Conversation, message: Message, type: `message.${string}`): void {
    const { unread_count, waiting_since, reply_window_expires_at, last_activity_at } = conversation;
    const last = conversation.last_message?.id === message.id;
    this.stream.push({
      ...this.envelope(conversation),
      type,
      data: {
        conversation_id: conversation.id,
        message: structuredClone(message),
        conversation_state: {
          unread_count,
          waiting_since: waiting_since ?? null,
          reply_window_expires_at: reply_window_expires_at ?? null,
          last_activity_at,
          last_preview: last ? (conversation.last_message?.preview ?? null) : null,
        },
      },
    });
  }

  private envelope(conversation: Conversation) {
    return {
      id: `${conversation.id}/${conversation.sequence}`,
      cursor: String(this.stream.length),
      occurred_at: this.now(),
      subject: conversation.id,
      sequence: conversation.sequence,
      actor: AUTHOR,
    };
  }

  private route(request: Request): Response {
    const { pathname, searchParams: query } = new URL(request.url);
    const [, , , family, id, below] = pathname.split("/");
    if (family !== "conversations") return json({}, 404);
    if (id === undefined) return json(this.page(query));
    if (id === "counts") return json(this.counts());
    if (below === "messages") return json(this.messagePage(id, query));
    const found = this.conversations.find((one) => one.id === id);
    if (below === "favourite" && found !== undefined) {
      found.favourite = request.method === "PUT";
      return new Response(null, { status: 204 });
    }
    return found === undefined ? json({ code: "not_found" }, 404) : json(found);
  }

  private page(query: URLSearchParams) {
    const statuses = query.getAll("status");
    const order = (query.get("sort") ?? "-last_activity") as Order;
    const rows = this.conversations
      .filter((one) => statuses.length === 0 || statuses.includes(one.status))
      .filter((one) => query.get("assignee") !== "me" || one.assignee?.id === ME)
      .filter((one) => query.get("favourite") !== "true" || one.favourite)
      .filter((one) => query.get("unread") !== "true" || one.unread_count > 0)
      .sort(byPlace(order));
    const cursor = query.get("cursor");
    const [at = "", id = "", waiting = ""] = cursor?.split("|") ?? [];
    const place = { at, id, waiting: waiting || null };
    const rest = cursor === null ? rows : rows.filter((one) => compare(place, placeOf(one), order) < 0);
    const items = rest.slice(0, PAGE_OF_TESTS);
    const last = items.at(-1);
    const more = rest.length > items.length && last !== undefined;
    return { items, next_cursor: more ? [last.last_activity_at, last.id, last.waiting_since ?? ""].join("|") : null };
  }

  private messagePage(id: string, query: URLSearchParams) {
    const all = this.messages.get(id) ?? [];
    const [before, after] = [query.get("before"), query.get("after")];
    if (after !== null) {
      const rest = all.filter((one) => one.sequence > Number(after));
      const items = rest.slice(0, PAGE_OF_TESTS);
      return { items: items.toReversed(), next_cursor: rest.length > items.length ? "more" : null };
    }
    const rest = all.filter((one) => before === null || one.sequence < Number(before));
    return { items: rest.slice(-PAGE_OF_TESTS).toReversed(), next_cursor: rest.length > PAGE_OF_TESTS ? "more" : null };
  }

  private now(): string {
    this.clock += 1000;
    return new Date(this.clock).toISOString();
  }

  private id(kind: string): string {
    this.ids += 1;
    return `${kind}-${String(this.ids).padStart(4, "0")}`;
  }
}

const AUTHOR = { type: "attendant" as const, id: OTHER, name: "Bia" };

function lastOf(message: Message): NonNullable<Conversation["last_message"]> {
  const { id, kind, direction, occurred_at, author, text, status } = message;
  return { id, kind, direction, occurred_at, author, preview: text ?? "", status: status ?? null };
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}
