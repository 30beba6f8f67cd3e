/** One's own name, password and sessions. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";
import type { Me, Page } from "@/shared/api/types";
import { useSession } from "@/shared/session/SessionProvider";

export type SignedInPlace = components["schemas"]["SessionView"];

export function useRename() {
  const session = useSession();
  return useMutation({
    mutationFn: (name: string) => unwrap<Me>(api.PATCH("/api/v1/me", { body: { name } })),
    onSuccess: (me) => session.update(me),
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: { current: string; new: string }) => unwrap(api.POST("/api/v1/me/password", { body: change })),
    // All other sessions have ended.
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sessions() }),
  });
}

export function useSessions() {
  return useQuery({
    queryKey: keys.sessions(),
    queryFn: () => unwrap<Page<SignedInPlace>>(api.GET("/api/v1/sessions", { params: { query: { limit: 100 } } })),
    staleTime: 0,
  });
}

/** Ends those sessions, one after the other; a server that limits requests stops it, and the rest stays in the list. */
export function useEndOthers() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) {
        await unwrap(api.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } }));
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions() }),
  });
}

export function useEndSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions() }),
  });
}
