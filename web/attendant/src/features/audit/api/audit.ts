/** Pages of the audit log. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";
import type { Page } from "@/shared/api/types";
import { useTimeStyle } from "@/shared/time/times";

import { queryOf, type AuditFilter } from "../model/filter";

export type AuditEntry = components["schemas"]["AuditEntryView"];

/** The latest entries first. */
export function useAudit(filter: AuditFilter) {
  const { zone } = useTimeStyle();
  return useInfiniteQuery({
    queryKey: keys.audit(filter),
    queryFn: ({ pageParam, signal }) => {
      const query = { ...queryOf(filter, zone), ...(pageParam !== null && { cursor: pageParam }) };
      return unwrap<Page<AuditEntry>>(api.GET("/api/v1/audit", { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    placeholderData: keepPreviousData,
    refetchOnMount: "always",
  });
}
