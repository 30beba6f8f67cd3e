/** The customer of a conversation, and the conversations there were before. */
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import type { Conversation, Page } from "@/shared/api/types";
import { useContact } from "@/shared/conversations/queries";

const PAGE = 20;

/** The customer's record; when it was merged into another one, that one. */
export function useCustomer(id: string) {
  const own = useContact(id);
  const mergedInto = own.data?.merged_into ?? null;
  const other = useContact(mergedInto ?? id);
  return mergedInto === null ? own : other;
}

/** All conversations of a customer, the latest activity first. */
export function useHistory(contactId: string) {
  return useInfiniteQuery({
    queryKey: ["conversations", "of", contactId],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) };
      const params = { path: { contact_id: contactId }, query };
      return unwrap<Page<Conversation>>(api.GET("/api/v1/contacts/{contact_id}/conversations", { params, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    staleTime: 15_000,
  });
}
