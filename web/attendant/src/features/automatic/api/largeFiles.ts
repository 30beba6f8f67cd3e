/** What customers are told whose file is too large for the channel. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { isOld } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import { ifMatch, unwrapVersioned, type Versioned } from "@/shared/api/versioned";

/** Without a `text` it is the product's own, in `language`. */
export type LargeFileSettings = Required<components["schemas"]["FileTooLargeSettings"]>;

const PATH = "/api/v1/settings/file-too-large";
const KEY = keys.setting("file-too-large");

export function useLargeFiles() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }): Promise<Versioned<LargeFileSettings>> => {
      const { value, version } = await unwrapVersioned(api.GET(PATH, { signal }));
      return { value: value as LargeFileSettings, version };
    },
  });
}

export function useSaveLargeFiles() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ value, version }: Versioned<LargeFileSettings>) =>
      unwrapVersioned(api.PUT(PATH, { params: ifMatch(version), body: value })),
    onSuccess: (saved) => client.setQueryData(KEY, saved),
    // What was typed is then laid over what is there now, and can be saved again.
    onError: (error) => {
      if (isOld(error)) void client.invalidateQueries({ queryKey: KEY });
    },
  });
}
