/** Sending, and what is on its way. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";

import { api, unwrap } from "@/shared/api/client";
import type { Message } from "@/shared/api/types";
import type { OutgoingItem } from "@/shared/conversations/outgoing";
import { liveOf } from "@/shared/realtime/live";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";

/** What is on its way in a conversation, in order; to be shown below the messages. */
export function useOutgoing(conversationId: string): readonly OutgoingItem[] {
  const { outgoing } = useLiveSession();
  return useSyncExternalStore(
    outgoing.subscribe,
    useCallback(() => outgoing.of(conversationId), [outgoing, conversationId]),
  );
}

/**
 * `send(body, attachments?)` puts a message on its way and is done with the storing of it: `useOutgoing` shows what
 * becomes of it. `retry(clientId)` repeats a refused or unsure one; `takeBack(clientId)` takes one out that the server
 * does not have, answers it to be edited or dropped, and null when it may have been sent.
 */
export function useSend(conversationId: string) {
  const { outgoing } = useLiveSession();
  return {
    send: useCallback(
      (...[body, attachments]: [Parameters<typeof outgoing.send>[1], Parameters<typeof outgoing.send>[2]?]) =>
        outgoing.send(conversationId, body, attachments),
      [outgoing, conversationId],
    ),
    retry: useCallback((clientId: string) => outgoing.retry(clientId), [outgoing]),
    takeBack: useCallback((clientId: string) => outgoing.takeBack(clientId), [outgoing]),
  };
}

/** What is done with a message that the server has: `retry` sends a failed one again, `react` with null takes ours away. */
export function useMessageActions() {
  const client = useQueryClient();
  const act = (request: () => Promise<Message>) =>
    liveOf(client).acting(request, (message) => {
      liveOf(client).takeMessages(message.conversation_id, [message]);
      return message;
    });
  return {
    retry: useMutation({
      mutationFn: ({ id }: { id: string }) =>
        act(() =>
          unwrap<Message>(api.POST("/api/v1/messages/{message_id}/retry", { params: { path: { message_id: id } } })),
        ),
      networkMode: "always",
    }),
    react: useMutation({
      mutationFn: ({ id, emoji }: { id: string; emoji: string | null }) => act(() => putReaction(id, emoji)),
      networkMode: "always",
    }),
  };
}

function putReaction(id: string, emoji: string | null): Promise<Message> {
  const path = "/api/v1/messages/{message_id}/reaction";
  const params = { path: { message_id: id } };
  return unwrap<Message>(emoji === null ? api.DELETE(path, { params }) : api.PUT(path, { params, body: { emoji } }));
}
