import { useQuery } from "@tanstack/react-query";

import { capabilitiesQuery } from "@/shared/conversations/queries";

import type { TeamQueue } from "./types";

/** The names of the kinds of channel of which nobody of a team who is there can have another one; null: of none. */
export function useFullChannels({ full_channels: full }: TeamQueue): string | null {
  const kinds = useQuery({ ...capabilitiesQuery, enabled: full.length > 0 }).data?.items ?? [];
  const names = kinds.filter(({ kind }) => full.includes(kind)).map(({ name }) => name);
  return names.length > 0 ? names.join(", ") : null;
}
