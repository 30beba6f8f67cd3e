/** To whom a conversation can be given. */
import { useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Attendant, Page } from "@/shared/api/types";
import { useMay } from "@/shared/session/SessionProvider";

const PAGE = 100;
/** So many pages are loaded at most: 500 attendants. */
const PAGES = 5;
const FRESH_MS = 60_000;

/** The active attendants, in the API's order; empty while they are not known, or when one may not see them. */
export function useColleagues(wanted = true): readonly Attendant[] {
  const may = useMay("attendants:read");
  const { data } = useQuery({
    queryKey: [...keys.attendants(), "active"],
    queryFn: ({ signal }) => loadActive(signal),
    enabled: may && wanted,
    staleTime: FRESH_MS,
  });
  return data ?? NOBODY;
}

const NOBODY: readonly Attendant[] = [];

async function loadActive(signal: AbortSignal): Promise<readonly Attendant[]> {
  const found: Attendant[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES; pages += 1) {
    const query = { active: true, limit: PAGE, ...(cursor !== undefined && { cursor }) };
    const page = await unwrap<Page<Attendant>>(api.GET("/api/v1/attendants", { params: { query }, signal }));
    found.push(...page.items.filter(({ active }) => active));
    cursor = page.next_cursor ?? undefined;
    if (cursor === undefined) break;
  }
  return found;
}
