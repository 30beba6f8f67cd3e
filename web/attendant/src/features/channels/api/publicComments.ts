/** Which public comments open a conversation. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { isOld } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import { ifMatch, unwrapVersioned, type Versioned } from "@/shared/api/versioned";

export type CommentSettings = Required<components["schemas"]["CommentSettings"]>;

const PATH = "/api/v1/settings/public-comments";
const KEY = keys.setting("public-comments");

export function usePublicComments() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }): Promise<Versioned<CommentSettings>> => {
      const { value, version } = await unwrapVersioned(api.GET(PATH, { signal }));
      return { value: value as CommentSettings, version };
    },
  });
}

export function useSavePublicComments() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ value, version }: Versioned<CommentSettings>) =>
      unwrapVersioned(api.PUT(PATH, { params: ifMatch(version), body: value })),
    onSuccess: (saved) => client.setQueryData(KEY, saved),
    // What was typed is then laid over what is there now, and can be saved again.
    onError: (error) => {
      if (isOld(error)) void client.invalidateQueries({ queryKey: KEY });
    },
  });
}
