/** What the gateway says of itself to everybody: the sample login, the sandbox, the company's zone, the served build. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";

export type ClientInfo = components["schemas"]["ClientView"];

export const clientInfoQuery = queryOptions({
  queryKey: keys.client(),
  queryFn: () => unwrap<ClientInfo>(api.GET("/api/v1/client")),
  retry: 1,
});

/** Undefined until it is known, and with a server that does not say it. */
export function useClientInfo(): ClientInfo | undefined {
  return useQuery(clientInfoQuery).data;
}
