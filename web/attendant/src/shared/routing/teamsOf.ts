import type { QueryClient } from "@tanstack/react-query";

import { keys } from "@/shared/api/keys";
import type { Team } from "@/shared/routing/types";

/** `Team[]` by name: under the setting whose changes ask for it again. */
export const teamsKey = () => [...keys.setting("team"), "names"] as const;

/** The ids of the teams that somebody is in, as far as the teams are known. */
export function teamsWith(teams: readonly Team[], me: string): ReadonlySet<string> {
  return new Set(teams.filter(({ members }) => members.some((one) => one.attendant_id === me)).map(({ id }) => id));
}

export function myTeamsOf(client: QueryClient, me: string): ReadonlySet<string> {
  return teamsWith(client.getQueryData<readonly Team[]>(teamsKey()) ?? [], me);
}
