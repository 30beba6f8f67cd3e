/** The queue as routing sees it: who is next, and why each conversation waits. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { ApiProblem } from "@/shared/api/problem";
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

/** Who asks again within this time, and got no answer, means the same request. */
const SAME_REQUEST_MS = 60_000;
const SERVER_FAILED = 500;

interface Asked {
  teamId: string | null;
  key: string;
  at: number;
}

/** Takes the next conversation that I may have; answers its id. Refused: `queue_empty`, `no_room`, `not_available`. */
export function useNext() {
  const client = useQueryClient();
  const unanswered = useRef<Asked | null>(null);
  return useMutation({
    mutationFn: async (teamId: string | null) => {
      const before = unanswered.current;
      const again = before !== null && before.teamId === teamId && Date.now() - before.at < SAME_REQUEST_MS;
      const asked = again ? before : { teamId, key: crypto.randomUUID(), at: Date.now() };
      unanswered.current = asked;
      const params = { header: { "Idempotency-Key": asked.key } };
      const body = teamId === null ? {} : { team_id: teamId };
      try {
        const { conversation_id: id } = await unwrap<{ conversation_id: string }>(
          api.POST("/api/v1/queue/next", { params, body }),
        );
        unanswered.current = null;
        return id;
      } catch (error) {
        if (error instanceof ApiProblem && error.status < SERVER_FAILED) unanswered.current = null;
        throw error;
      }
    },
    onSettled: () => void client.invalidateQueries({ queryKey: keys.queue() }),
    networkMode: "always",
  });
}
