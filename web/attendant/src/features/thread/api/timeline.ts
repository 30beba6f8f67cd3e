/** What happened to a conversation beside its messages, the latest first; live events have it asked for again. */
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Page, TimelineEntry } from "@/shared/api/types";

const PAGE = 50;
const NONE: readonly TimelineEntry[] = [];

export function useTimeline(conversationId: string) {
  const query = useInfiniteQuery({
    queryKey: keys.timeline(conversationId),
    queryFn: ({ pageParam, signal }) =>
      unwrap<Page<TimelineEntry>>(
        api.GET("/api/v1/conversations/{conversation_id}/timeline", {
          params: {
            path: { conversation_id: conversationId },
            query: { limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  return { ...query, entries: query.data?.pages.flatMap((page) => page.items) ?? NONE };
}
