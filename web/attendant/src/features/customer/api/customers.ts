/** The list of customers. */
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Contact, Page } from "@/shared/api/types";

const PAGE = 50;

/** How long typing rests before it is asked for. */
export const TYPING_MS = 200;

/** Customers by name, or those that a question finds. */
export function useCustomers(question: string) {
  return useInfiniteQuery({
    queryKey: [...keys.contactLists(), question],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(question && { q: question }), ...(pageParam !== null && { cursor: pageParam }) };
      return unwrap<Page<Contact>>(api.GET("/api/v1/contacts", { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    staleTime: 10_000,
  });
}
