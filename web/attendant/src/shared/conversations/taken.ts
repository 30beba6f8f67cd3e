/** A conversation that is no longer the person's, where they see own ones only. */
import { skipToken, useQuery } from "@tanstack/react-query";

import { keys } from "@/shared/api/keys";
import { VIEWS, type View } from "@/shared/conversations/filter";
import type { Taken } from "@/shared/realtime/live";
import { useMyTeams } from "@/shared/routing/teams";
import { useMe } from "@/shared/session/SessionProvider";

/** That the conversation was taken from the person, and whose it is now; null while it is theirs. */
export function useTaken(id: string): Taken | null {
  return useQuery<Taken | null>({ queryKey: keys.taken(id), queryFn: skipToken, staleTime: Infinity }).data ?? null;
}

/** Whether the customer was erased since the client was opened. */
export function useErased(contactId: string): boolean {
  const queryKey = keys.erased(contactId);
  return useQuery<boolean>({ queryKey, queryFn: skipToken, staleTime: Infinity }).data ?? false;
}

const OF_OTHERS: readonly View[] = ["queue", "team", "all"];

/** The views that can show the person something. */
export function useViews(): readonly View[] {
  const limited = useMe().visibility === "own";
  const teamless = useMyTeams().size === 0;
  return VIEWS.filter((view) => !(limited && OF_OTHERS.includes(view)) && !(teamless && view === "team"));
}
