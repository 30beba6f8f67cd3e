/** What is known of the queue where somebody has asked for it: rows of the list do not ask themselves. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { useTeams } from "@/shared/routing/teams";
import type { Queue, QueueEntry } from "@/shared/routing/types";

export const queueQuery = queryOptions({
  queryKey: keys.queue(),
  queryFn: ({ signal }) => unwrap<Queue>(api.GET("/api/v1/queue", { signal })),
});

/** Whether the queue is that of teams, so that there is something to say of each place in it. */
export function useQueued(): boolean {
  const { data } = useQuery({ ...queueQuery, enabled: false });
  const teams = useTeams();
  return data === undefined ? teams.length > 0 : data.teams.some(({ team }) => team);
}

/** Why this conversation waits, as far as somebody has asked for the queue. */
export function useQueueEntry(conversationId: string): QueueEntry | undefined {
  const { data } = useQuery({ ...queueQuery, enabled: false });
  return data?.items.find((one) => one.conversation_id === conversationId);
}
