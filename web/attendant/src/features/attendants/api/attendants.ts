/** The company's attendants, and what an administrator changes of them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { everyPage } from "@/shared/api/everyPage";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";
import type { Attendant, Page } from "@/shared/api/types";
import { ifMatch } from "@/shared/api/versioned";

export type NewAttendant = components["schemas"]["NewAttendant"];
export type AttendantChanges = components["schemas"]["AttendantChanges"];

/** The roles that a person can be given; others exist, and are shown as they are. */
export const ROLES = ["attendant", "supervisor", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Which conversations a person sees: all of the company, or those assigned to them. */
export const VISIBILITIES = ["all", "own"] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** All of them, those who cannot sign in any more too. */
export function useAttendants(enabled = true) {
  return useQuery({
    enabled,
    queryKey: [...keys.attendants(), "every"],
    queryFn: ({ signal }) =>
      everyPage((query) => unwrap<Page<Attendant>>(api.GET("/api/v1/attendants", { params: { query }, signal }))),
    staleTime: 10_000,
  });
}

export function useAddAttendant() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewAttendant) => unwrap<Attendant>(api.POST("/api/v1/attendants", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.attendants() }),
  });
}

/** Gives a new password to somebody who has lost theirs; all their sessions end. */
export function useGivePassword() {
  return useMutation({
    mutationFn: ({ id, password }: { id: string; password: string }) =>
      unwrap(
        api.PUT("/api/v1/attendants/{attendant_id}/password", {
          params: { path: { attendant_id: id } },
          body: { password },
        }),
      ),
  });
}

/** `over`: the version that is changed; null: whichever it is. */
export function useChangeAttendant() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, over, changes }: { id: string; over: number | null; changes: AttendantChanges }) =>
      unwrap<Attendant>(
        api.PATCH("/api/v1/attendants/{attendant_id}", {
          params: { path: { attendant_id: id }, ...ifMatch(over) },
          body: changes,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: keys.attendants() }),
  });
}
