/** The company's teams. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, unwrap } from "@/shared/api/client";
import type { Page } from "@/shared/api/types";
import { teamsKey, teamsWith } from "@/shared/routing/teamsOf";
import type { Team } from "@/shared/routing/types";
import { useMay, useMe } from "@/shared/session/SessionProvider";

const NONE: readonly Team[] = [];
const FRESH_MS = 60_000;

/** All teams by name; empty while they are not known, or where there is none. */
export function useTeams(wanted = true): readonly Team[] {
  const may = useMay("conversations:read");
  const { data } = useQuery({
    queryKey: teamsKey(),
    queryFn: async ({ signal }) => {
      const { items } = await unwrap<Page<Team>>(api.GET("/api/v1/teams", { signal }));
      return items.sort((a, b) => a.name.localeCompare(b.name));
    },
    enabled: may && wanted,
    staleTime: FRESH_MS,
  });
  return data ?? NONE;
}

/** The ids of the teams that I am in. */
export function useMyTeams(): ReadonlySet<string> {
  const me = useMe().id;
  const teams = useTeams();
  return useMemo(() => teamsWith(teams, me), [teams, me]);
}
