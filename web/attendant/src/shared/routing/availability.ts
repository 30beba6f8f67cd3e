/** Who is there: kept true by the frames of the WebSocket. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Page } from "@/shared/api/types";
import { liveOf } from "@/shared/realtime/live";
import type { Availability, AvailabilityState, AwayReason } from "@/shared/routing/types";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { usePreferences } from "@/shared/storage/preferences";

const NOBODY: readonly Availability[] = [];
const FRESH_MS = 60_000;

export interface Chosen {
  state: AvailabilityState;
  reason_id?: string | null;
  until?: string | null;
}

function useAvailabilityQuery(wanted = true) {
  const live = liveOf(useQueryClient());
  return useQuery({
    queryKey: keys.availability(),
    queryFn: ({ signal }) =>
      live.during(
        () => unwrap<Page<Availability>>(api.GET("/api/v1/presence", { signal })),
        // What came live meanwhile is later than the answer.
        ({ items }, watch): readonly Availability[] => items.map((one) => watch.attendants.get(one.id) ?? one),
      ),
    enabled: useMay("conversations:read") && wanted,
    staleTime: FRESH_MS,
  });
}

/** Everybody, in the API's order; `known` is false while nobody has answered. */
export function useAvailabilities(wanted = true) {
  const { data, error, refetch, status } = useAvailabilityQuery(wanted);
  return { people: data ?? NOBODY, known: data !== undefined, error, refetch, status };
}

/** How available I am; undefined while it is not known. */
export function useOwnAvailability(): Availability | undefined {
  const me = useMe().id;
  return useAvailabilityQuery().data?.find(({ id }) => id === me);
}

/** How available an attendant is; undefined while it is not known. */
export function useAvailabilityOf(id: string | undefined): Availability | undefined {
  return useAvailabilityQuery(id !== undefined).data?.find((one) => one.id === id);
}

/** The company's reasons for being away. */
export function useAwayReasons(wanted = true): readonly AwayReason[] {
  const { language } = usePreferences();
  const { data } = useQuery({
    queryKey: [...keys.setting("away_reason"), "names"],
    queryFn: ({ signal }) => unwrap<Page<AwayReason>>(api.GET("/api/v1/away-reasons", { signal })),
    enabled: wanted,
    staleTime: FRESH_MS,
  });
  return (data?.items ?? []).map((one) => ({ ...one, name: one.names[language] ?? one.name }));
}

/** Says how available somebody is: oneself, or, as a supervisor, a colleague. Shown once the server has said so. */
export function useSetAvailability() {
  const client = useQueryClient();
  const me = useMe().id;
  return useMutation({
    mutationFn: ({ id, ...chosen }: Chosen & { id?: string }) => {
      const own = id === undefined || id === me;
      return unwrap<Availability>(
        own
          ? api.PUT("/api/v1/presence", { body: chosen })
          : api.PUT("/api/v1/presence/{attendant_id}", { params: { path: { attendant_id: id } }, body: chosen }),
      );
    },
    onSuccess: (answered) => liveOf(client).takeAttendant(answered),
    networkMode: "always",
  });
}
