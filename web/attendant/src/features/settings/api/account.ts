/** One's own name, password and sessions. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { fetchSignedIn } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { problemOf } from "@/shared/api/problem";
import type { Me, Page } from "@/shared/api/types";
import { useSession } from "@/shared/session/SessionProvider";

/** A place where the person is signed in. */
export interface SignedInPlace {
  id: string;
  created_at: string;
  last_used_at: string;
  /** Browser and system, as `Chrome · Linux`. */
  device: string | null;
  current: boolean;
}

export function useRename() {
  const session = useSession();
  return useMutation({
    mutationFn: (name: string) => call<Me>("PATCH", "/api/v1/me", { name }),
    onSuccess: (me) => session.update(me),
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: { current: string; new: string }) => call<null>("POST", "/api/v1/me/password", change),
    // All other sessions have ended.
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sessions() }),
  });
}

export function useSessions() {
  return useQuery({
    queryKey: keys.sessions(),
    queryFn: () => call<Page<SignedInPlace>>("GET", "/api/v1/sessions?limit=100"),
    staleTime: 0,
  });
}

export function useEndSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call<null>("DELETE", `/api/v1/sessions/${encodeURIComponent(id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions() }),
  });
}

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const sent = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await fetchSignedIn(new Request(path, { method, ...sent }));
  const answered: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answered);
  return answered as T;
}
