/** Making, changing, merging and deleting tags, labels and types. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { lasting } from "@/shared/api/lasting";
import { ifMatch } from "@/shared/api/versioned";
import type { Label, Tag, Type } from "@/shared/marks/catalogue";
import { noteGone } from "@/shared/marks/known";

export type Kind = "tag" | "label" | "type";
export type Item = (Tag | Label | Type) & { color?: string; parent_id?: string | null };

export interface Changes {
  name?: string;
  color?: string;
  parent_id?: string | null;
  archived?: boolean;
}

interface Change {
  id: string;
  /** The version that it is a change of. */
  version: number | null;
  changes: Changes;
}

// The lists of the three kinds have the same routes; the document's types know each by its own path alone.
const PATHS = { tag: "/api/v1/tags", label: "/api/v1/labels", type: "/api/v1/types" } as unknown as Record<
  Kind,
  "/api/v1/tags"
>;
const onePath = (kind: Kind) => `${PATHS[kind]}/{item_id}` as "/api/v1/tags/{item_id}";

export function useCreateItem(kind: Kind) {
  return useListChange(kind, (body: { name: string } & Changes) =>
    unwrap<Item>(api.POST(PATHS[kind], { body: body as { name: string; color: string } })),
  );
}

/** Over the version that was seen, so that nobody's change of the same is lost unseen; what is saved is shown at once. */
export function useChangeItem(kind: Kind) {
  const client = useQueryClient();
  return useListChange(kind, async ({ id, version, changes }: Change) => {
    const params = { path: { item_id: id }, ...ifMatch(version) };
    const saved = await unwrap<Item>(api.PATCH(onePath(kind), { params, body: changes }));
    const shown = (all: readonly Item[] | undefined) => all?.map((one) => (one.id === id ? saved : one));
    client.setQueryData<readonly Item[]>(keys.setting(kind), shown);
    return saved;
  });
}

export function useDeleteItem(kind: Kind) {
  const client = useQueryClient();
  return useListChange(kind, async (id: string) => {
    await unwrap(api.DELETE(onePath(kind), { params: { path: { item_id: id } } }));
    noteGone(client, { [id]: null });
  });
}

export function useMergeItem(kind: Kind) {
  const client = useQueryClient();
  return useListChange(kind, async ({ id, into }: { id: string; into: string }) => {
    const path = `${PATHS[kind]}/{item_id}/merge` as "/api/v1/tags/{item_id}/merge";
    await unwrap(api.POST(path, { params: { path: { item_id: id } }, body: { into } }));
    noteGone(client, { [id]: into });
  });
}

/** Puts the types under one parent in this order. */
export function useOrderTypes() {
  return useListChange("type", (body: { parent_id: string | null; ids: string[] }) =>
    unwrap(api.PUT("/api/v1/types/order", { body })),
  );
}

export function useSetNeedsType() {
  return useListChange("closing", (required: boolean) =>
    unwrap(api.PUT("/api/v1/settings/closing", { body: { type_required: required } })),
  );
}

/** How many messages, customers or conversations bear it; asked when somebody wants to delete it. */
export function useUsage(kind: Kind, id: string) {
  return useQuery({
    queryKey: keys.usage(kind, id),
    queryFn: ({ signal }) => {
      const path = `${PATHS[kind]}/{item_id}/usage` as "/api/v1/tags/{item_id}/usage";
      return unwrap<{ count: number; limit: number }>(api.GET(path, { params: { path: { item_id: id } }, signal }));
    },
    staleTime: 0,
  });
}

/** A change after which the list is read again, whatever came of it; the row of what it was may be gone then. */
function useListChange<V, A>(kind: Kind | "closing", change: (variables: V) => Promise<A>) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: change,
    networkMode: "always",
    onSettled: () => client.invalidateQueries({ queryKey: keys.setting(kind), exact: true }),
  });
  return lasting(mutation);
}
