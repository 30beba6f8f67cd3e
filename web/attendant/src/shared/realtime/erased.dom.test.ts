import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";

import { keys } from "@/shared/api/keys";
import type { Conversation } from "@/shared/api/types";
import { emptyList, type ConversationList } from "@/shared/conversations/list";
import { EMPTY_THREAD } from "@/shared/conversations/thread";
import { readFrame, type EventFrame } from "@/shared/realtime/frames";
import { Live } from "@/shared/realtime/live";

const ALL = keys.list({ view: "all" });

let client: QueryClient;
let live: Live;

beforeEach(async () => {
  client = new QueryClient();
  live = new Live(client);
  live.belongTo("bia");
  client.setQueryData<ConversationList>(ALL, emptyList("-last_activity"));
  await live.during(
    () => Promise.resolve([conversation("a", "rui"), conversation("b", "ana"), conversation("c", "rui")]),
    (answered, watch) => live.takeAnswered(answered, watch),
  );
  client.setQueryData(keys.conversation("a"), live.copyOf("a"));
  client.setQueryData(keys.thread("a"), EMPTY_THREAD);
  client.setQueryData(keys.contact("rui"), { id: "rui" });
  client.setQueryData(keys.contactPart("rui", "notes", 3), []);
});

test("of a customer who was erased nothing stays, and everybody who shows it knows", () => {
  live.apply([erased("rui")]);
  expect(client.getQueryData<ConversationList>(ALL)?.rows.map(({ id }) => id)).toEqual(["b"]);
  expect([live.copyOf("a"), live.copyOf("c")]).toEqual([undefined, undefined]);
  for (const key of [keys.conversation("a"), keys.thread("a"), keys.contact("rui")]) {
    expect(client.getQueryData(key)).toBeUndefined();
  }
  expect(client.getQueryData(keys.contactPart("rui", "notes", 3))).toBeUndefined();
  expect(client.getQueryData(keys.taken("a"))).toEqual({ to: null, erased: "rui" });
  expect(client.getQueryData(keys.erased("rui"))).toBe(true);
  expect(client.getQueryData(keys.erased("ana"))).toBeUndefined();
});

test("what is found is asked for again, and nothing of the customer is", () => {
  const asked = vi.spyOn(client, "invalidateQueries");
  live.apply([erased("rui")]);
  const again = asked.mock.calls.map(([filters]) => filters?.queryKey);
  expect(again).toContainEqual(keys.searches());
  expect(again).toContainEqual(keys.contactLists());
  expect(again).not.toContainEqual(keys.conversation("a"));
});

test("whoever keeps something of a conversation hears which are gone", () => {
  const heard: string[] = [];
  const end = live.onErased((ids) => heard.push(...ids));
  live.apply([erased("rui")]);
  end();
  live.apply([erased("ana")]);
  expect(heard).toEqual(["a", "c"]);
});

test("an answer that was under way does not bring them back", async () => {
  let asks = 0;
  await live.during(
    () => {
      asks += 1;
      if (asks === 1) live.apply([erased("rui")]);
      return Promise.resolve(asks === 1 ? [conversation("a", "rui")] : []);
    },
    (answered, watch) => live.takeAnswered(answered, watch),
  );
  expect(asks).toBe(2);
  expect(live.copyOf("a")).toBeUndefined();
});

function conversation(id: string, contact: string): Conversation {
  return {
    id,
    status: "open",
    contact: { id: contact, name: contact, labels: [] },
    assignee: { id: "bia", name: "Bia" },
    favourite: false,
    draft: false,
    unread_count: 0,
    last_activity_at: "2026-11-29T02:05:01.000Z",
    sequence: 5,
  } as unknown as Conversation;
}

function erased(contactId: string): EventFrame {
  const data = { contact: { id: contactId, name: null, labels: [], version: 9 }, changed: [] };
  const text = JSON.stringify({
    type: "contact.erased",
    id: `erased ${contactId}`,
    cursor: "c",
    subject: contactId,
    sequence: 9,
    occurred_at: "2026-11-29T02:06:00.000Z",
    actor: { type: "attendant", id: "eva", name: "Eva" },
    data,
  });
  const read = readFrame(text);
  if (read?.is !== "event") throw new Error("not an event");
  return read.frame;
}
