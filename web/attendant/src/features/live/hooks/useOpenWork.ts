import { useEffect } from "react";

import type { ConversationFilter } from "@/shared/conversations/filter";
import { useConversationList } from "@/shared/conversations/queries";

/** So many conversations are looked at: who waits longest first, so what is left out waits least. */
export const LOOKED_AT = 300;

const OPEN: ConversationFilter = { view: "all", order: "waiting_since" };

/** The conversations that are not closed, kept true by live events. */
export function useOpenWork() {
  const list = useConversationList(OPEN);
  const { hasMore, loadingMore, moreError, loadMore, conversations } = list;
  const wants = hasMore && !loadingMore && moreError === null && conversations.length < LOOKED_AT;
  useEffect(() => {
    if (wants) void loadMore();
  }, [wants, loadMore]);
  return list;
}
