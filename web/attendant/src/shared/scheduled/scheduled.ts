/** Messages that are to be said later: of a conversation, and those of the person. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { everyPage } from "@/shared/api/everyPage";
import { keys } from "@/shared/api/keys";
import type { NewMessage, Page, ScheduledMessage } from "@/shared/api/types";

/** Under the settings' key: the event of a scheduled message asks for them anew as one of a setting does. */
export const SCHEDULED = "scheduled";

/** What waits in a conversation, or could not be said. `some`: whether there can be any. */
export function useScheduled(conversationId: string, some: boolean) {
  return useQuery({
    queryKey: [...keys.setting(SCHEDULED), "of", conversationId],
    queryFn: async ({ signal }) => {
      const path = "/api/v1/conversations/{conversation_id}/scheduled-messages";
      const call = api.GET(path, { params: { path: { conversation_id: conversationId } }, signal });
      return (await unwrap<Page<ScheduledMessage>>(call)).items;
    },
    enabled: some,
  });
}

/** All of the person that wait or failed, by time. */
export function useMyScheduled() {
  return useQuery({
    queryKey: [...keys.setting(SCHEDULED), "mine"],
    queryFn: ({ signal }) =>
      everyPage((query) =>
        unwrap<Page<ScheduledMessage>>(api.GET("/api/v1/scheduled-messages", { params: { query }, signal })),
      ),
  });
}

export interface Schedule {
  /** RFC 3339. */
  at: string;
  cancelOnReply: boolean;
}

export function useScheduleActions() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: keys.setting(SCHEDULED) });
  return {
    add: useMutation({
      mutationFn: ({ id, body, when }: { id: string; body: Partial<NewMessage>; when: Schedule }) =>
        unwrap<unknown>(
          api.POST("/api/v1/conversations/{conversation_id}/messages", {
            params: { path: { conversation_id: id } },
            body: {
              direction: "outbound",
              ...body,
              scheduled_for: when.at,
              cancel_on_reply: when.cancelOnReply,
            },
          }),
        ) as Promise<ScheduledMessage>,
      onSettled,
    }),
    change: useMutation({
      mutationFn: ({ one, text, when }: { one: ScheduledMessage; text?: string; when: Schedule }) =>
        unwrap<ScheduledMessage>(
          api.PATCH("/api/v1/scheduled-messages/{scheduled_id}", {
            params: { path: { scheduled_id: one.id }, header: { "If-Match": `"${one.version}"` } },
            body: {
              ...(text !== undefined && { text }),
              scheduled_for: when.at,
              cancel_on_reply: when.cancelOnReply,
            } as never,
          }),
        ),
      onSettled,
    }),
    cancel: useMutation({
      mutationFn: (id: string) =>
        unwrap(api.DELETE("/api/v1/scheduled-messages/{scheduled_id}", { params: { path: { scheduled_id: id } } })),
      onSettled,
    }),
  };
}
