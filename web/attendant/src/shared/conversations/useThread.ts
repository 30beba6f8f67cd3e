/** The messages of a conversation: a stretch that grows at both ends, and follows live events. */
import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Message, Page } from "@/shared/api/types";
import { EMPTY_THREAD, withNewer, withOlder, withoutOld, type Thread } from "@/shared/conversations/thread";
import { liveOf } from "@/shared/realtime/live";

const PAGE = 50;
const RELOAD_PAGE = 100;
/** So many messages are loaded again after a lost connection; what comes after them is loaded by scrolling. */
const RELOAD_MOST = 2000;

/** A message, by its id or by its place. */
type Place = { around: string } | { around_sequence: number };

interface Bounds {
  before?: number;
  after?: number;
  limit?: number;
}

/** A page, oldest first; `more`: there are further ones in the direction that was asked for. */
async function getMessages(conversationId: string, bounds: Bounds, signal?: AbortSignal) {
  const page = await unwrap<Page<Message>>(
    api.GET("/api/v1/conversations/{conversation_id}/messages", {
      params: { path: { conversation_id: conversationId }, query: { limit: PAGE, ...bounds } },
      ...(signal && { signal }),
    }),
  );
  return { messages: page.items.toReversed(), more: (page.next_cursor ?? null) !== null };
}

async function newest(conversationId: string, signal?: AbortSignal): Promise<Thread> {
  const { messages, more } = await getMessages(conversationId, {}, signal);
  return { messages, hasOlder: more, hasNewer: false };
}

/** The messages on both sides of one; itself among them. */
async function around(conversationId: string, place: Place, signal?: AbortSignal): Promise<Thread> {
  const params = { path: { conversation_id: conversationId }, query: { ...place, limit: RELOAD_PAGE } };
  const call = api.GET("/api/v1/conversations/{conversation_id}/messages", { params, ...(signal && { signal }) });
  const found = await unwrap(call);
  return {
    messages: found.items.toReversed(),
    hasOlder: (found.next_cursor ?? null) !== null,
    hasNewer: found.has_newer,
  };
}

/** Where reading begins: around the first unread message when the newest page cannot reach it, else the newest. */
function opening(client: QueryClient, conversationId: string, signal?: AbortSignal): Promise<Thread> {
  const known = liveOf(client).copyOf(conversationId);
  const first = known?.first_unread_sequence ?? null;
  if (known === undefined || first === null || known.unread_count <= PAGE) return newest(conversationId, signal);
  return around(conversationId, { around_sequence: first }, signal);
}

/** What was loaded before, as it is now, and what came after it. */
async function again(conversationId: string, thread: Thread, signal?: AbortSignal): Promise<Thread> {
  const [first] = thread.messages;
  if (first === undefined) return newest(conversationId, signal);
  let result: Thread = { ...EMPTY_THREAD, hasOlder: thread.hasOlder, hasNewer: true };
  let after = Math.max(0, first.sequence - 1);
  // Somebody who reads old history gets that part again; what lies after it stays unloaded.
  const until = thread.hasNewer ? (thread.messages.at(-1)?.sequence ?? 0) : Infinity;
  while (result.hasNewer && after < until && result.messages.length < RELOAD_MOST) {
    const page = await getMessages(conversationId, { after, limit: RELOAD_PAGE }, signal);
    result = { ...result, messages: [...result.messages, ...page.messages], hasNewer: page.more };
    after = page.messages.at(-1)?.sequence ?? Infinity;
  }
  return result;
}

async function loadThread(client: QueryClient, conversationId: string, signal?: AbortSignal): Promise<Thread> {
  const live = liveOf(client);
  return live.during(
    () => {
      const current = client.getQueryData<Thread>(keys.thread(conversationId));
      return current === undefined ? opening(client, conversationId, signal) : again(conversationId, current, signal);
    },
    (thread, watch) => live.takeThread(conversationId, thread, watch),
  );
}

export const threadQuery = (client: QueryClient, conversationId: string) =>
  queryOptions({
    queryKey: keys.thread(conversationId),
    queryFn: ({ signal }) => loadThread(client, conversationId, signal),
    structuralSharing: false,
  });

/** Loads the next page at one end. */
export async function extend(client: QueryClient, conversationId: string, end: "older" | "newer"): Promise<void> {
  const live = liveOf(client);
  const key = keys.thread(conversationId);
  const edge = () => {
    const thread = client.getQueryData<Thread>(key);
    return end === "older" ? thread?.messages[0]?.sequence : thread?.messages.at(-1)?.sequence;
  };
  const from = edge();
  if (from === undefined) return;
  await live.during(
    () => getMessages(conversationId, end === "older" ? { before: from } : { after: from }),
    ({ messages, more }, watch) => {
      const current = client.getQueryData<Thread>(key);
      if (current === undefined || edge() !== from) return; // loaded anew meanwhile
      const joined = end === "older" ? withOlder(current, messages, more) : withNewer(current, messages, more);
      client.setQueryData(key, live.takeThread(conversationId, joined, watch));
    },
  );
}

/** Loads the part of the conversation around a message in place of what is loaded. */
export async function loadAround(client: QueryClient, conversationId: string, place: Place): Promise<void> {
  const live = liveOf(client);
  const key = keys.thread(conversationId);
  if (client.getQueryData<Thread>(key)?.messages.some((message) => isAt(message, place))) return;
  await live.during(
    () => around(conversationId, place),
    (thread, watch) => client.setQueryData(key, live.takeThread(conversationId, thread, watch)),
  );
}

function isAt(message: Message, place: Place): boolean {
  return "around" in place ? message.id === place.around : message.sequence === place.around_sequence;
}

/** Loads the newest messages in place of what is loaded, when the loaded part does not reach them. */
export async function loadNewest(client: QueryClient, conversationId: string): Promise<void> {
  const live = liveOf(client);
  const key = keys.thread(conversationId);
  if (client.getQueryData<Thread>(key)?.hasNewer !== true) return;
  await live.during(
    () => newest(conversationId),
    (thread, watch) => client.setQueryData(key, live.takeThread(conversationId, thread, watch)),
  );
}

/** One request for an end at a time, however often a scroll asks for it. */
function once(load: () => Promise<void>): () => Promise<void> {
  let under: Promise<void> | null = null;
  return () => (under ??= load().finally(() => (under = null)));
}

/**
 * The loaded messages of a conversation. `loadOlder`, `loadNewer` and the jumps resolve when the messages are there,
 * and raise `ApiProblem` or `Unanswered`; a page that is under way already is not asked for twice. `forgetOld` leaves
 * the newest, so that a thread opens as fast again as it did first.
 */
export function useThread(conversationId: string) {
  const client = useQueryClient();
  const query = useQuery(threadQuery(client, conversationId));
  const moves = useMemo(
    () => ({
      loadOlder: once(() => extend(client, conversationId, "older")),
      loadNewer: once(() => extend(client, conversationId, "newer")),
      jumpTo: (messageId: string) => loadAround(client, conversationId, { around: messageId }),
      jumpToSequence: (sequence: number) => loadAround(client, conversationId, { around_sequence: sequence }),
      jumpToNewest: once(() => loadNewest(client, conversationId)),
      forgetOld: () => {
        client.setQueryData<Thread>(keys.thread(conversationId), (now) => now && withoutOld(now));
      },
    }),
    [client, conversationId],
  );
  return { thread: query.data, status: query.status, error: query.error, refetch: query.refetch, ...moves };
}
