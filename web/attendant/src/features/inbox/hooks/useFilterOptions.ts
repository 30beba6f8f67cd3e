import { useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { useColleagues } from "@/shared/conversations/colleagues";
import { capabilitiesQuery } from "@/shared/conversations/queries";
import { useTeams } from "@/shared/routing/teams";
import { useMay, useMe } from "@/shared/session/SessionProvider";

export interface FilterOptions {
  kinds: readonly { kind: string; name: string }[];
  accounts: readonly { id: string; kind: string; name: string }[];
  colleagues: readonly { id: string; name: string }[];
  teams: readonly { id: string; name: string }[];
  me: string;
  /** Whether some of the accounts are read by everybody. */
  hasPublic: boolean;
}

const FRESH_MS = 300_000;

/** What the list can be narrowed to: the kinds and accounts of channels that there are, and the colleagues. */
export function useFilterOptions(): FilterOptions {
  const me = useMe().id;
  const colleagues = useColleagues();
  const teams = useTeams();
  const may = useMay("channels:read");
  const { data: channels } = useQuery({
    queryKey: [...keys.channels(), "filter"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/channels", { signal })),
    enabled: may,
    staleTime: FRESH_MS,
  });
  const { data: capabilities } = useQuery(capabilitiesQuery);
  const accounts = (channels?.items ?? []).map(({ id, kind, name }) => ({ id, kind, name }));
  const present = new Set<string>(accounts.map(({ kind }) => kind));
  const kinds = [...present].map((kind) => ({
    kind,
    name: capabilities?.items.find((one) => one.kind === kind)?.name ?? kind,
  }));
  const hasPublic = capabilities?.items.some(({ kind, public: open }) => open && present.has(kind)) === true;
  return { teams, hasPublic, kinds, accounts, colleagues: colleagues.filter(({ id }) => id !== me), me };
}
