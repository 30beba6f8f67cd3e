/** Frames as the gateway sent them, with the people's names and ids replaced. */
import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";

import { keys } from "@/shared/api/keys";
import type { Conversation } from "@/shared/api/types";
import { emptyList, type ConversationList } from "@/shared/conversations/list";
import { EMPTY_THREAD, type Thread } from "@/shared/conversations/thread";
import { readFrame, type EventFrame } from "@/shared/realtime/frames";
import { Live } from "@/shared/realtime/live";

const ID = "01a224cf-1a12-7ac0-892b-000000000001";
const ACTOR = `"actor":{"type":"attendant","id":"8e1685a2-6e12-53e4-92ed-000000000002","name":"Ana"}`;
const COMMON = `"attachments":[],"content":{},"reply_to":null,"error":null,"tags":[],"reactions":[],"forwarded":"no","referral":null,"edited_at":null,"deleted_at":null,"client_id":null`;
const NOTE = `{"cursor":"AhreCZoADAAAAAAABQAAAAAAygAA","id":"3e111208-b242-5c51-8899-63885cb73d98","type":"message.sent","occurred_at":"2026-11-29T02:05:20.399Z","subject":"${ID}","sequence":156,${ACTOR},"data":{"conversation_id":"${ID}","message":{"id":"01a2250c-b88f-72a1-87a3-10217ab055a8","conversation_id":"${ID}","direction":"note","kind":"text","text":"ligar amanhã","author":{"type":"attendant","id":"8e1685a2-6e12-53e4-92ed-000000000002","name":"Ana"},"status":null,${COMMON},"external_id":null,"occurred_at":"2026-11-29T02:05:20.399Z","recorded_at":"2026-11-29T02:05:20.399Z","sequence":156,"version":156},"conversation_state":{"unread_count":12,"first_unread_sequence":null,"waiting_since":"2026-11-29T02:04:59.000Z","reply_window_expires_at":"2026-11-30T02:05:17.000Z","first_response_at":"2026-11-29T00:58:03.294Z","last_activity_at":"2026-11-29T02:05:20.399Z","last_preview":null},"changed":[]}}`;
const RECEIVED = `{"cursor":"AhreCZoADAAAAAAABQAAAAAAywAA","id":"e99614a7-3390-504d-b594-2deb7c4be63b","type":"message.received","occurred_at":"2026-11-29T02:05:27.000Z","subject":"${ID}","sequence":157,"actor":{"type":"contact","id":"01a224cf-1a12-7235-8d1b-000000000003","name":"Rui"},"data":{"conversation_id":"${ID}","message":{"id":"585c8f0d-12c4-52fd-a5a0-64b92f60aeac","conversation_id":"${ID}","direction":"inbound","kind":"text","text":"bom dia","author":{"type":"contact","id":"01a224cf-1a12-7235-8d1b-000000000003","name":"Rui"},"status":null,${COMMON},"external_id":"wamid.0001","occurred_at":"2026-11-29T02:05:27.000Z","recorded_at":"2026-11-29T02:05:27.745Z","sequence":157,"version":157},"conversation_state":{"unread_count":13,"first_unread_sequence":null,"waiting_since":"2026-11-29T02:04:59.000Z","reply_window_expires_at":"2026-11-30T02:05:27.000Z","first_response_at":"2026-11-29T00:58:03.294Z","last_activity_at":"2026-11-29T02:05:27.745Z","last_preview":"bom dia"},"changed":[]}}`;
const READY = `{"type":"ready","cursor":"AhreCZoADAAAAAAABQAAAAAAyQAA","expires_at":1795918819,"now":"2026-11-29T02:05:19.489Z"}`;
const VIEWING = `{"type":"conversation.viewing","occurred_at":"2026-11-29T02:05:11.763Z","subject":"${ID}",${ACTOR},"data":{"viewing":true}}`;

const conversation = {
  id: ID,
  status: "queued",
  contact: { id: "k1", name: "Rui", labels: [] },
  assignee: null,
  favourite: true,
  draft: false,
  scheduled_count: 0,
  mentioned: false,
  unread_count: 12,
  last_activity_at: "2026-11-29T02:05:17.500Z",
  sequence: 155,
} as unknown as Conversation;

const events = [NOTE, RECEIVED].map((text): EventFrame => {
  const read = readFrame(text);
  if (read?.is !== "event") throw new Error("not an event");
  return read.frame;
});

test("each recorded frame is read as what it is", () => {
  expect([READY, VIEWING, NOTE, RECEIVED].map((text) => readFrame(text)?.is)).toEqual([
    "connection",
    "passing",
    "event",
    "event",
  ]);
});

test("a note and a message go into thread and list; the note is not the last message, and our favourite stays", () => {
  const client = new QueryClient();
  const live = new Live(client);
  live.belongTo("8e1685a2-6e12-53e4-92ed-000000000002");
  client.setQueryData<ConversationList>(keys.list({ view: "queue" }), emptyList("waiting_since"));
  client.setQueryData<Thread>(keys.thread(ID), EMPTY_THREAD);
  live.takeAnswered([conversation], emptyWatch());
  live.apply(events);
  const [row] = client.getQueryData<ConversationList>(keys.list({ view: "queue" }))?.rows ?? [];
  expect(row).toMatchObject({
    sequence: 157,
    unread_count: 13,
    favourite: true,
    draft: false,
    scheduled_count: 0,
    mentioned: false,
    last_activity_at: "2026-11-29T02:05:27.745Z",
    last_message: { preview: "bom dia", direction: "inbound", author: { name: "Rui" } },
  });
  const thread = client.getQueryData<Thread>(keys.thread(ID));
  expect(thread?.messages.map((message) => message.direction)).toEqual(["note", "inbound"]);
});

test("a batch of events over 5,000 rows writes each list once", () => {
  const client = new QueryClient();
  const live = new Live(client);
  const rows = Array.from({ length: 5000 }, (_, index) => ({ ...conversation, id: `c${index}`, sequence: 155 }));
  client.setQueryData<ConversationList>(keys.list({ view: "queue" }), emptyList("waiting_since"));
  live.takeAnswered(rows, emptyWatch());
  let writes = 0;
  client.getQueryCache().subscribe((event) => {
    if (event.type === "updated" && (event.query.queryKey as unknown[])[1] === "list") writes += 1;
  });
  live.apply(rows.slice(0, 50).map((row) => ({ ...events[0], subject: row.id, sequence: 156 }) as EventFrame));
  expect(writes).toBe(1);
  expect(client.getQueryData<ConversationList>(keys.list({ view: "queue" }))?.rows).toHaveLength(5000);
});

test("a setting that has changed is read again, and no other", () => {
  const client = new QueryClient();
  const live = new Live(client);
  for (const kind of ["tag", "label"]) client.setQueryData(keys.setting(kind), []);
  const read = readFrame(
    JSON.stringify({
      type: "setting.changed",
      id: "e1",
      cursor: "c1",
      occurred_at: "2026-03-01T12:00:00.000Z",
      subject: "t1",
      sequence: 2,
      actor: { type: "attendant", id: "bia", name: "Bia" },
      data: { setting: "tag", id: "t1", deleted: true, value: null },
    }),
  );
  if (read?.is !== "event") throw new Error("the frame was not understood");
  live.apply([read.frame]);
  const old = (kind: string) => client.getQueryState(keys.setting(kind))?.isInvalidated;
  expect([old("tag"), old("label")]).toEqual([true, false]);
});

function emptyWatch() {
  return {
    conversations: new Set<string>(),
    contacts: new Map(),
    favourites: new Map(),
    readings: new Map(),
    messages: new Map(),
    attendants: new Map(),
    void: false,
    foreign: false,
  };
}
