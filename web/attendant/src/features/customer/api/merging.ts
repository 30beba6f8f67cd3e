/** Joining two records of one customer, and separating them again. */
import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { lasting } from "@/shared/api/lasting";
import type { components } from "@/shared/api/schema";
import type { Contact } from "@/shared/api/types";

import type { ContactEdit } from "./record";

type Merged = components["schemas"]["MergedContact"];
type Separated = components["schemas"]["SeparatedContact"];
export type Merge = components["schemas"]["MergeView"];

/** Everything that shows either of them is asked for anew. */
const refresh = (client: QueryClient) =>
  Promise.all([["contacts"], ["conversations"], ["threads"]].map((queryKey) => client.invalidateQueries({ queryKey })));

export interface Merger {
  keptId: string;
  lostId: string;
  fields: ContactEdit;
}

/** The records that a customer's goes on for, the latest merge first. */
export function useMerges(contact: Contact) {
  return useQuery({
    queryKey: keys.contactPart(contact.id, "merges", contact.version),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/contacts/{contact_id}/merges", { params: { path: { contact_id: contact.id } }, signal })),
    placeholderData: (before) => before,
  });
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
  const mutation = useMutation({
    mutationFn: (mergeId: string) =>
      unwrap<Separated>(
        api.POST("/api/v1/contacts/merges/{merge_id}/undo", { params: { path: { merge_id: mergeId } } }),
      ),
    onSettled: () => refresh(client),
  });
  return lasting(mutation);
}
