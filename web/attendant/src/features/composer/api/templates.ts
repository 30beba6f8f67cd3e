import { useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Page, Template } from "@/shared/api/types";

const PAGE = 100;
const MOST = 1000;

/** All templates of an account; the provider allows a few hundred, so searching is done here, at once. */
export function useTemplates(accountId: string) {
  return useQuery({
    queryKey: keys.templates(accountId),
    queryFn: async ({ signal }) => {
      const found: Template[] = [];
      let cursor: string | null = null;
      do {
        const query = { limit: PAGE, ...(cursor !== null && { cursor }) };
        const params = { path: { account_id: accountId }, query };
        const page: Page<Template> = await unwrap(
          api.GET("/api/v1/channels/{account_id}/templates", { params, signal }),
        );
        found.push(...page.items);
        cursor = page.next_cursor ?? null;
      } while (cursor !== null && found.length < MOST);
      return found;
    },
  });
}
