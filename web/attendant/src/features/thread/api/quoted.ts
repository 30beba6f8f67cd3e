import { useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import type { Message, Page } from "@/shared/api/types";

/** A quoted message that is not among the loaded ones; undefined while it is not known. */
export function useQuoted(conversationId: string, messageId: string | null): Message | undefined {
  const { data } = useQuery({
    queryKey: ["messages", "quoted", messageId],
    queryFn: async ({ signal }) => {
      const page = await unwrap<Page<Message>>(
        api.GET("/api/v1/conversations/{conversation_id}/messages", {
          params: {
            path: { conversation_id: conversationId },
            query: { around: messageId ?? "", limit: 2 },
          },
          signal,
        }),
      );
      return page.items.find((message) => message.id === messageId) ?? null;
    },
    enabled: messageId !== null,
    staleTime: Infinity,
    retry: false,
  });
  return data ?? undefined;
}
