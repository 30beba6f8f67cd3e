/** Webhooks that the product has disabled: asked for once, and again when an event says that one was. */
import { useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";

const EVERY_MS = 10 * 60_000;

export function useDisabledWebhooks() {
  const { data } = useQuery({
    queryKey: keys.webhooks(),
    queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/webhooks", { signal }))).items,
    staleTime: EVERY_MS,
    // Without a connection nothing tells of it.
    refetchInterval: EVERY_MS,
    retry: false,
  });
  return data?.filter(({ state }) => state === "disabled") ?? [];
}
