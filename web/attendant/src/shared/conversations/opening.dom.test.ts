/** A thread opens where reading begins, however far up that is. */
import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";

import type { Conversation, Message } from "@/shared/api/types";
import { loadAround, threadQuery } from "@/shared/conversations/useThread";
import type { Thread } from "@/shared/conversations/thread";
import { liveOf } from "@/shared/realtime/live";

const message = (sequence: number) => ({ id: `m${sequence}`, sequence, version: sequence }) as Message;
const unread = (count: number, first: number | null) =>
  ({
    id: "c",
    sequence: 200,
    status: "open",
    contact: { id: "x" },
    unread_count: count,
    first_unread_sequence: first,
  }) as Conversation;

let asked: string[];
let client: QueryClient;

beforeEach(() => {
  asked = [];
  client = new QueryClient();
  vi.stubGlobal("fetch", (request: Request) => {
    const query = new URL(request.url).searchParams;
    asked.push(query.toString());
    const at = Number(query.get("around_sequence") ?? 200);
    const items = [at + 1, at, at - 1].map(message);
    return Promise.resolve(Response.json({ items, next_cursor: "older", has_newer: at < 200 }));
  });
});

async function open(conversation?: Conversation): Promise<Thread | undefined> {
  if (conversation !== undefined) {
    await liveOf(client).acting(
      () => Promise.resolve([conversation]),
      (answered, watch) => liveOf(client).takeAnswered(answered, watch),
    );
  }
  await client.query(threadQuery(client, "c"));
  return client.getQueryData<Thread>(["threads", "c"]);
}

test("around the first unread message when the newest page cannot reach it", async () => {
  const thread = await open(unread(120, 30));
  expect(asked).toEqual(["around_sequence=30&limit=100"]);
  expect(thread?.messages.map(({ sequence }) => sequence)).toEqual([29, 30, 31]);
  expect(thread).toMatchObject({ hasOlder: true, hasNewer: true });
});

test.each([
  ["few are unread", unread(3, 198)],
  ["nothing is", unread(0, null)],
  ["the server does not say where they begin", unread(120, null)],
  ["the conversation is not known yet", undefined],
])("with the newest when %s", async (_, conversation) => {
  const thread = await open(conversation);
  expect(asked).toEqual(["limit=50"]);
  expect(thread).toMatchObject({ hasOlder: true, hasNewer: false });
});

test("a jump to a place that is loaded asks for nothing", async () => {
  await open();
  await loadAround(client, "c", { around_sequence: 200 });
  expect(asked).toHaveLength(1);
  await loadAround(client, "c", { around_sequence: 30 });
  expect(asked.at(-1)).toBe("around_sequence=30&limit=100");
});
