/** The other conversations of a customer: those in private beside their public comments, and the other way round. */
import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import type { Conversation, Page } from "@/shared/api/types";

const LATEST = 20;
const FRESH_MS = 30_000;

export const otherStrands = (contactId: string) =>
  queryOptions({
    queryKey: ["conversations", "of", contactId, "strands"],
    queryFn: async ({ signal }) => {
      const params = { path: { contact_id: contactId }, query: { limit: LATEST } };
      const path = "/api/v1/contacts/{contact_id}/conversations";
      return (await unwrap<Page<Conversation>>(api.GET(path, { params, signal }))).items;
    },
    staleTime: FRESH_MS,
  });
