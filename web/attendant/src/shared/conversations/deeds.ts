/** What is done at the channel with a message that is there already: changed, taken back, hidden, answered in private. */
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { fetchSignedIn } from "@/shared/api/client";
import { problemOf } from "@/shared/api/problem";
import type { Message } from "@/shared/api/types";
import { liveOf } from "@/shared/realtime/live";

interface PrivateReply {
  id: string;
  text: string;
  /** The same for every repeat of one answer. */
  key: string;
}

/** Each resolves with the message as it is then; the server shows it at once and takes it back where the channel refuses. */
export function useDeeds() {
  const client = useQueryClient();
  const act = (request: () => Promise<Message>) =>
    liveOf(client).acting(request, (message) => {
      liveOf(client).takeMessages(message.conversation_id, [message]);
      return message;
    });
  return {
    edit: useMutation({
      mutationFn: ({ id, text }: { id: string; text: string }) => act(() => call("PATCH", id, "", { text })),
      networkMode: "always",
    }),
    remove: useMutation({
      mutationFn: ({ id }: { id: string }) => act(() => call("DELETE", id, "")),
      networkMode: "always",
    }),
    hide: useMutation({
      mutationFn: ({ id, hidden }: { id: string; hidden: boolean }) =>
        act(() => call(hidden ? "PUT" : "DELETE", id, "/hidden")),
      networkMode: "always",
    }),
    answerPrivately: useMutation({
      mutationFn: ({ id, text, key }: PrivateReply) =>
        act(() => call("POST", id, "/private-reply", { text, client_id: key }, key)),
      networkMode: "always",
    }),
  };
}

async function call(method: string, id: string, path: string, body?: object, key?: string): Promise<Message> {
  const headers = {
    ...(body && { "Content-Type": "application/json" }),
    ...(key !== undefined && { "Idempotency-Key": key }),
  };
  const address = new URL(`/api/v1/messages/${encodeURIComponent(id)}${path}`, window.location.origin);
  const response = await fetchSignedIn(
    new Request(address, { method, headers, ...(body && { body: JSON.stringify(body) }) }),
  );
  const answered: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answered);
  return answered as Message;
}
