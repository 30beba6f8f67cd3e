/** What the server knows of conversations, kept true by live events. */
import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { ApiProblem } from "@/shared/api/problem";
import type { Capabilities, Contact, Conversation, Counts, FilterCount, NoteLimits, Page } from "@/shared/api/types";
import { orderOf, queryOf, type ConversationFilter } from "@/shared/conversations/filter";
import { emptyList, withPage, type ConversationList } from "@/shared/conversations/list";
import { liveOf } from "@/shared/realtime/live";

const NO_ROWS: readonly Conversation[] = [];
const PAGE = 50;
const RELOAD_PAGE = 100;

const getPage = (filter: ConversationFilter, cursor: string | null, limit: number, signal?: AbortSignal) => {
  const query = { ...queryOf(filter), sort: orderOf(filter), limit, ...(cursor !== null && { cursor }) };
  // Built from a filter, so the document's types cannot know which of them there are.
  const call = api.GET("/api/v1/conversations", { params: { query }, ...(signal && { signal }) });
  return unwrap<Page<Conversation>>(call);
};

/** As many rows as were loaded before, at least one page. */
export async function loadList(
  client: QueryClient,
  filter: ConversationFilter,
  signal?: AbortSignal,
): Promise<ConversationList> {
  const live = liveOf(client);
  const wanted = client.getQueryData<ConversationList>(keys.list(filter))?.rows.length ?? 0;
  const load = async () => {
    let list = withPage(
      emptyList(orderOf(filter)),
      await getPage(filter, null, wanted > PAGE ? RELOAD_PAGE : PAGE, signal),
    );
    while (list.cursor !== null && list.rows.length < wanted) {
      list = withPage(list, await getPage(filter, list.cursor, RELOAD_PAGE, signal));
    }
    return list;
  };
  return live.during(load, (list, watch) => live.takeList(list, filter, watch));
}

/** Loads the next page below what is loaded. */
export async function loadMore(client: QueryClient, filter: ConversationFilter): Promise<void> {
  const live = liveOf(client);
  const key = keys.list(filter);
  const cursor = client.getQueryData<ConversationList>(key)?.cursor ?? null;
  if (cursor === null) return;
  await live.during(
    () => getPage(filter, cursor, PAGE),
    (page, watch) => {
      const current = client.getQueryData<ConversationList>(key);
      if (current?.cursor !== cursor) return; // loaded anew meanwhile
      client.setQueryData(key, live.takeList(withPage(current, page), filter, watch));
    },
  );
}

export const listQuery = (client: QueryClient, filter: ConversationFilter) =>
  queryOptions({
    queryKey: keys.list(filter),
    queryFn: ({ signal }) => loadList(client, filter, signal),
    structuralSharing: false, // rows keep their identity by themselves; comparing 5,000 of them takes too long
  });

/** The conversations of a view, the latest activity first; `loadMore` adds the next page. */
export function useConversationList(filter: ConversationFilter) {
  const client = useQueryClient();
  const [loadingMore, setLoadingMore] = useState(false);
  const [moreError, setMoreError] = useState<Error | null>(null);
  const query = useQuery(listQuery(client, filter));
  const key = JSON.stringify(filter);
  const more = useCallback(async () => {
    setLoadingMore(true);
    setMoreError(null);
    try {
      await loadMore(client, JSON.parse(key) as ConversationFilter);
    } catch (error) {
      setMoreError(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setLoadingMore(false);
    }
  }, [client, key]);
  return {
    conversations: query.data?.rows ?? NO_ROWS,
    status: query.status,
    error: query.error,
    refetch: query.refetch,
    hasMore: (query.data?.cursor ?? null) !== null,
    loadingMore,
    moreError,
    loadMore: more,
  };
}

export const conversationQuery = (client: QueryClient, id: string) =>
  queryOptions({
    queryKey: keys.conversation(id),
    queryFn: ({ signal }) => {
      const params = { path: { conversation_id: id } };
      const load = () => unwrap<Conversation>(api.GET("/api/v1/conversations/{conversation_id}", { params, signal }));
      const live = liveOf(client);
      const key = keys.conversation(id);
      return live.during(load, (answered, watch) => live.takeAnswered([answered], watch, key)[0] ?? answered);
    },
    initialData: () => liveOf(client).copyOf(id),
    structuralSharing: false,
  });

export function useConversation(id: string) {
  return useQuery(conversationQuery(useQueryClient(), id));
}

/** null where the server does not count. */
async function getCounts(signal: AbortSignal): Promise<Counts | null> {
  try {
    return await unwrap(api.GET("/api/v1/conversations/counts", { signal }));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

export const countsQuery = (client: QueryClient) =>
  queryOptions({
    queryKey: keys.counts(),
    queryFn: ({ signal }) =>
      liveOf(client).during(
        () => getCounts(signal),
        (counts) => counts,
      ),
  });

/** The numbers beside the views; undefined while they are not known. */
export function useCounts(): Counts | undefined {
  return useQuery(countsQuery(useQueryClient())).data ?? undefined;
}

export function useContact(id: string) {
  const live = liveOf(useQueryClient());
  return useQuery({
    queryKey: keys.contact(id),
    queryFn: ({ signal }) => {
      const params = { path: { contact_id: id } };
      const load = () => unwrap<Contact>(api.GET("/api/v1/contacts/{contact_id}", { params, signal }));
      return live.during(load, (contact, watch) => later(contact, watch.contacts.get(id)));
    },
  });
}

function later(contact: Contact, other: Contact | undefined): Contact {
  return other !== undefined && other.version > contact.version ? other : contact;
}

/** What all kinds of channels can do. Whoever reads it reads it by this: one key holds one shape. */
export const capabilitiesQuery = queryOptions({
  queryKey: keys.capabilities(),
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/channels/capabilities", { signal })),
});

/** What a kind of channel can do; undefined while it is not known. */
export function useCapabilities(kind: string | undefined): Capabilities | undefined {
  return useQuery(capabilitiesQuery).data?.items.find((one) => one.kind === kind);
}

/** What an internal note can hold; undefined while it is not known. */
export function useNoteLimits(): NoteLimits | undefined {
  return useQuery(capabilitiesQuery).data?.notes;
}

const COUNT_EVERY_MS = 20_000;

/** How many conversations a filter finds, and how many of them are unread; undefined while it is not known. */
export function useFilterCount(filter: ConversationFilter): FilterCount | undefined {
  const { data } = useQuery({
    queryKey: keys.count(filter),
    queryFn: ({ signal }) => {
      // Built from a filter, so the document's types cannot know which of them there are.
      const query = queryOf(filter);
      return unwrap<FilterCount>(api.GET("/api/v1/conversations/count", { params: { query }, signal }));
    },
    refetchInterval: COUNT_EVERY_MS,
    retry: false,
  });
  return data;
}
