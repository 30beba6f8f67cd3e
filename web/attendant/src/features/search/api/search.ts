import { keepPreviousData, queryOptions, useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";

import type { SearchPage } from "@/shared/api/types";

/** What is asked for, by the names of the API. */
export interface SearchQuery {
  q: string;
  channel?: string;
  account_id?: string;
  assignee?: string;
  type?: string;
  label?: string;
  tag?: string;
  conversation_id?: string;
  direction?: string;
  from?: string;
  to?: string;
}

export interface SearchCount {
  total: number;
  exact: boolean;
}

const FRESH_MS = 10_000;

/** Hits, newest first; a search that another one follows is cancelled. While the next one is under way the last stays. */
export function useSearch(query: SearchQuery) {
  return useInfiniteQuery({
    queryKey: keys.search(query),
    queryFn: ({ pageParam, signal }) => {
      const asked = { ...known(query), ...(pageParam !== null && { cursor: pageParam }) };
      return unwrap<SearchPage>(api.GET("/api/v1/search", { params: { query: asked }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    enabled: query.q !== "",
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });
}

/** How many there are, asked for only where the first page does not hold them all. */
export function useSearchCount(query: SearchQuery, wanted: boolean) {
  return useQuery({ ...countOf(query), enabled: wanted }).data;
}

function countOf(query: SearchQuery) {
  return queryOptions({
    queryKey: keys.searchCount(query),
    queryFn: ({ signal }) =>
      unwrap<SearchCount>(api.GET("/api/v1/search/count", { params: { query: known(query) }, signal })),
    staleTime: FRESH_MS,
    retry: false,
  });
}

/** How many each of these searches finds, in their order; undefined while it is not known. */
export function useCounts(queries: readonly SearchQuery[]): readonly (SearchCount | undefined)[] {
  return useQueries({ queries: queries.map((query) => countOf(query)) }).map(({ data }) => data);
}

/** Built from an address, so the document's types cannot know which kinds of channels and directions there are. */
function known(query: SearchQuery): { q: string } {
  return query;
}
