/** A search shows new results without a reload, and does not ask the server at every event. */
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import type { ConversationFilter } from "@/shared/conversations/filter";
import type { ConversationList } from "@/shared/conversations/list";
import { listQuery } from "@/shared/conversations/queries";
import type { EventFrame } from "@/shared/realtime/frames";
import { liveOf } from "@/shared/realtime/live";

const SEARCH: ConversationFilter = { view: "all", q: "maria" };

function conversation(id: string, changes: Partial<Conversation> = {}): Conversation {
  return {
    id,
    number: 1,
    status: "open",
    channel: { kind: "whatsapp", account_id: "a", name: "Loja" },
    contact: { id: `contact-${id}`, name: "Maria", labels: [] },
    assignee: null,
    priority: "normal",
    favourite: false,
    draft: false,
    scheduled_count: 0,
    mentioned: false,
    unread_count: 0,
    tag_ids: [],
    last_message: null,
    opened_at: "2026-11-29T12:00:00.000Z",
    closed_at: null,
    last_activity_at: "2026-11-29T12:00:00.000Z",
    placement: 0,
    sequence: 1,
    ...changes,
  };
}

function changed(copy: Conversation): EventFrame {
  const { id, sequence } = copy;
  return {
    id: `${id}/${sequence}`,
    type: "conversation.updated",
    subject: id,
    sequence,
    data: { conversation: copy },
  } as unknown as EventFrame;
}

let found: Conversation[];
let asked: number;
let client: QueryClient;
let stop: () => void;

const shown = () => client.getQueryData<ConversationList>(["conversations", "list", SEARCH])?.rows.map(({ id }) => id);

beforeEach(async () => {
  vi.useFakeTimers();
  asked = 0;
  found = [conversation("1")];
  vi.stubGlobal("fetch", (request: Request) => {
    if (new URL(request.url).searchParams.get("q") === "maria") asked += 1;
    return Promise.resolve(new Response(JSON.stringify({ items: found, next_cursor: null }), { status: 200 }));
  });
  client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  liveOf(client).belongTo("me");
  stop = new QueryObserver(client, listQuery(client, SEARCH)).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(10);
});

afterEach(() => {
  stop();
  liveOf(client).forget();
  vi.useRealTimers();
});

test("a customer who begins to match appears, by one request for many events", async () => {
  expect(shown()).toEqual(["1"]);
  found = [conversation("2"), conversation("1")];
  for (let sequence = 1; sequence <= 30; sequence += 1) {
    liveOf(client).apply([changed(conversation("2", { sequence }))]);
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(2000);
  expect(shown()).toEqual(["2", "1"]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(2);
});

test("a customer who does not match asks once, however much they write", async () => {
  for (let sequence = 1; sequence <= 30; sequence += 1) {
    liveOf(client).apply([changed(conversation("3", { sequence, contact: { id: "c", name: "Caio", labels: [] } }))]);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(shown()).toEqual(["1"]);
  expect(asked).toBe(2);
});

test("a found conversation that changes asks for nothing", async () => {
  liveOf(client).apply([changed(conversation("1", { sequence: 2, unread_count: 4 }))]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(shown()).toEqual(["1"]);
  expect(asked).toBe(1);
});
