/** The queue as routing sees it: who is next, and why each conversation waits. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { queueQuery } from "@/shared/routing/queued";
import { useMay } from "@/shared/session/SessionProvider";

/** Events ask for it again at once; this is for what no event tells, such as an estimate. */
const EVERY_MS = 15_000;

export function useQueue(wanted = true) {
  const may = useMay("conversations:read");
  return useQuery({
    ...queueQuery,
    enabled: may && wanted,
    refetchInterval: EVERY_MS,
  });
}

/** Takes the next conversation that I may have; answers its id. Refused: `queue_empty`, `no_room`, `not_available`. */
export function useNext() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (teamId: string | null) => {
      const body = teamId === null ? {} : { team_id: teamId };
      const { conversation_id: id } = await unwrap<{ conversation_id: string }>(
        api.POST("/api/v1/queue/next", { body }),
      );
      return id;
    },
    onSettled: () => void client.invalidateQueries({ queryKey: keys.queue() }),
    networkMode: "always",
  });
}
