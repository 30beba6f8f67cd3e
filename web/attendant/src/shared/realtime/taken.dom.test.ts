import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test } from "vitest";

import { keys } from "@/shared/api/keys";
import type { Conversation } from "@/shared/api/types";
import { emptyList, type ConversationList } from "@/shared/conversations/list";
import { EMPTY_THREAD } from "@/shared/conversations/thread";
import { isTaken, readFrame, type EventFrame } from "@/shared/realtime/frames";
import { Live } from "@/shared/realtime/live";
import type { Watch } from "@/shared/realtime/watch";

const MINE = { id: "bia", name: "Bia" };
const DORA = { id: "dora", name: "Dora" };
const MINE_LIST = keys.list({ view: "mine" });

let client: QueryClient;
let live: Live;

beforeEach(() => {
  client = new QueryClient();
  live = new Live(client);
  live.belongTo("bia");
  live.limitTo("own");
  client.setQueryData<ConversationList>(MINE_LIST, emptyList("-last_activity"));
  live.takeAnswered([conversation("a", 5), conversation("b", 5)], watch());
  client.setQueryData(keys.conversation("a"), live.copyOf("a"));
  client.setQueryData(keys.thread("a"), EMPTY_THREAD);
  client.setQueryData(keys.contact("contact of a"), { id: "contact of a" });
});

const shown = () => client.getQueryData<ConversationList>(MINE_LIST)?.rows.map(({ id }) => id);
const taken = (id: string): unknown => client.getQueryData(keys.taken(id));

test("what is taken goes from everywhere, and it is known who has it", () => {
  live.apply([takenFrame("a", DORA)]);
  expect(shown()).toEqual(["b"]);
  for (const key of [keys.conversation("a"), keys.thread("a"), keys.contact("contact of a")]) {
    expect(client.getQueryData(key)).toBeUndefined();
  }
  expect(taken("a")).toEqual({ to: DORA });
  expect(live.copyOf("a")).toBeUndefined();
});

test("what comes back in the same batch is there again", () => {
  live.apply([takenFrame("a", null), assigned("a", 7), takenFrame("b", null)]);
  expect(shown()).toEqual(["a"]);
  expect(taken("a")).toBeNull();
  expect(taken("b")).toEqual({ to: null });
});

test("the answer to giving a conversation away does not bring it back", () => {
  live.takeAnswered([{ ...conversation("a", 6), assignee: DORA }], watch());
  expect(shown()).toEqual(["b"]);
  expect(taken("a")).toEqual({ to: DORA });
});

test("when the sight changes nothing that was kept counts any more", () => {
  live.limitTo("all");
  expect(live.copyOf("a")).toBeUndefined();
  expect(client.getQueryData(MINE_LIST)).toBeUndefined();
  live.takeAnswered([{ ...conversation("a", 6), assignee: DORA }], watch());
  expect(live.copyOf("a")).toBeDefined();
});

function conversation(id: string, sequence: number): Conversation {
  return {
    id,
    status: "open",
    contact: { id: `contact of ${id}`, name: "Rui", labels: [] },
    assignee: MINE,
    favourite: false,
    draft: false,
    unread_count: 0,
    last_activity_at: `2026-11-29T02:05:0${id === "a" ? 2 : 1}.000Z`,
    sequence,
  } as unknown as Conversation;
}

function frame(type: string, subject: string, sequence: number, data: object): EventFrame {
  const actor = { type: "attendant", id: "eva", name: "Eva" };
  const text = JSON.stringify({ type, id: `${subject}${sequence}`, cursor: "c", subject, sequence, actor, data });
  const read = readFrame(text);
  if (read?.is !== "event") throw new Error("not an event");
  return read.frame;
}

function takenFrame(id: string, assignee: object | null): EventFrame {
  const found = frame("conversation.taken", id, 6, { conversation_id: id, assignee });
  expect(isTaken(found)).toBe(true);
  return found;
}

const assigned = (id: string, sequence: number) =>
  frame("conversation.assigned", id, sequence, { conversation: conversation(id, sequence), changed: ["assignee"] });

function watch(): Watch {
  return {
    conversations: new Set(),
    contacts: new Map(),
    favourites: new Map(),
    readings: new Map(),
    messages: new Map(),
    attendants: new Map(),
    void: false,
    foreign: false,
  };
}
