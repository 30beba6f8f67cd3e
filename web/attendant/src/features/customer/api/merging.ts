/** Joining two records of one customer, and separating them again. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";

import type { ContactEdit } from "./record";

type Merged = components["schemas"]["MergedContact"];
type Separated = components["schemas"]["SeparatedContact"];

/** Everything that shows either of them is asked for anew. */
const refresh = (client: QueryClient) =>
  Promise.all([["contacts"], ["conversations"], ["threads"]].map((queryKey) => client.invalidateQueries({ queryKey })));

export interface Merger {
  keptId: string;
  lostId: string;
  fields: ContactEdit;
}

export function useMerge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ keptId, lostId, fields }: Merger) =>
      unwrap<Merged>(
        api.POST("/api/v1/contacts/{contact_id}/merge", {
          params: { path: { contact_id: keptId } },
          body: { contact_id: lostId, fields },
        }),
      ),
    onSuccess: () => refresh(client),
  });
}

export function useUndoMerge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (mergeId: string) =>
      unwrap<Separated>(
        api.POST("/api/v1/contacts/merges/{merge_id}/undo", { params: { path: { merge_id: mergeId } } }),
      ),
    onSettled: () => refresh(client),
  });
}
