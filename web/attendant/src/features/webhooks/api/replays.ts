/** Events of a period sent once more: how many it would be, starting, watching and stopping it. */
import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Page } from "@/shared/api/types";

import type { ReplayWish, Which } from "../model/replay";
import type { Replay, ReplayCount } from "./ledgerTypes";

const RUNNING_MS = 1500;

const PLACE = "/api/v1/webhooks/{webhook_id}";
const byId = (webhookId: string) => ({ params: { path: { webhook_id: webhookId } } });

/** The latest replays of a webhook, looked at again while one of them runs. */
export function useReplays(webhookId: string) {
  return useQuery({
    queryKey: keys.webhookReplays(webhookId),
    queryFn: async ({ signal }) =>
      (await unwrap<Page<Replay>>(api.GET(`${PLACE}/replays`, { ...byId(webhookId), signal }))).items,
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "running") ? RUNNING_MS : false),
    refetchOnMount: "always",
  });
}

/** How many events it would be; `wish` is null while it cannot be asked for. */
export function useReplayCount(webhookId: string, wish: ReplayWish | null) {
  return useQuery({
    enabled: wish !== null,
    queryKey: keys.webhookReplayCount(webhookId, wish),
    queryFn: ({ signal }) => {
      if (wish === null) throw new Error("nothing to count");
      return unwrap<ReplayCount>(api.POST(`${PLACE}/replay/count`, { ...byId(webhookId), body: wish, signal }));
    },
    placeholderData: keepPreviousData,
    staleTime: 5000,
    retry: false,
  });
}

interface Start {
  which: Which;
  wish: ReplayWish;
}

export function useStartReplay(webhookId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ which, wish }: Start) => {
      const { since, until } = wish;
      if (which !== "failed") return unwrap<Replay>(api.POST(`${PLACE}/replay`, { ...byId(webhookId), body: wish }));
      const body = { since, ...(until !== undefined && { until }) };
      return unwrap<Replay>(api.POST(`${PLACE}/resend-failed`, { ...byId(webhookId), body }));
    },
    onSuccess: () => watched(client, webhookId),
  });
}

export function useStopReplay(webhookId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap<Replay>(
        api.DELETE(`${PLACE}/replays/{replay_id}`, { params: { path: { webhook_id: webhookId, replay_id: id } } }),
      ),
    onSettled: () => watched(client, webhookId),
  });
}

/** Enables a webhook if it is not, and sends what it missed since it began to fail. */
export function useRecovery() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (webhookId: string) => unwrap<Replay>(api.POST(`${PLACE}/recover`, byId(webhookId))),
    onSettled: (_, __, webhookId) =>
      Promise.all([client.invalidateQueries({ queryKey: keys.webhooks() }), watched(client, webhookId)]),
  });
}

function watched(client: QueryClient, webhookId: string): Promise<void> {
  return client.invalidateQueries({ queryKey: keys.webhookReplays(webhookId) });
}
