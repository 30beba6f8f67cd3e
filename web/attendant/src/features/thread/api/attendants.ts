import { useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Attendant, Page } from "@/shared/api/types";

/** The company's attendants, for assigning; asked for when somebody is about to. */
export function useAttendants(wanted: boolean) {
  return useQuery({
    queryKey: keys.attendants(),
    queryFn: ({ signal }) => unwrap<Page<Attendant>>(api.GET("/api/v1/attendants", { signal })),
    enabled: wanted,
  });
}
