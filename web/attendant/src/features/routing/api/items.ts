/** What a company sets for its routing: lists of items, and policies of one value each. */
import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { fetchSignedIn } from "@/shared/api/client";
import { everyPage } from "@/shared/api/everyPage";
import { keys } from "@/shared/api/keys";
import { lasting } from "@/shared/api/lasting";
import { isOld, problemOf } from "@/shared/api/problem";
import type { Page } from "@/shared/api/types";
import { tagOf, versionOf, type Versioned } from "@/shared/api/versioned";

import { valuesOf } from "../model/values";
import type { Items, Kind, Policies, Policy, ValuesOf } from "./types";

export type Item<K extends Kind> = Items[K];

interface Options {
  body?: unknown;
  version?: number | null;
  signal?: AbortSignal;
}

/**
 * Asks routing. The kinds of items have the same routes, which the document's types know each by its own path alone.
 * Raises `ApiProblem`, `Unanswered`.
 */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<Versioned<T>> {
  const { body, version = null, signal } = options;
  const headers = new Headers();
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (version !== null) headers.set("If-Match", tagOf(version));
  const request = new Request(new URL(path, window.location.origin), {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const response = await fetchSignedIn(request);
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answer);
  return { value: answer as T, version: versionOf(response) };
}

const pathOf = (kind: Kind) => `/api/v1/${kind}`;
export const keyOf = (kind: Kind) => keys.setting(kind);

/** By their place where they have one, else by name. */
function inOrder<T extends { id: string; name: string; position?: number }>(items: readonly T[]): T[] {
  return [...items].sort(
    (a, b) => (a.position ?? 0) - (b.position ?? 0) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id),
  );
}

export function useItems<K extends Kind>(kind: K, enabled = true) {
  return useQuery({
    enabled,
    queryKey: keyOf(kind),
    queryFn: async ({ signal }): Promise<Item<K>[]> => {
      const found = await everyPage(async ({ limit, cursor }) => {
        const query = new URLSearchParams({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
        return (await call<Page<Item<K>>>("GET", `${pathOf(kind)}?${query.toString()}`, { signal })).value;
      });
      return inOrder(found);
    },
  });
}

/** Which item is changed; with a version, only as it was seen. */
export interface Seen {
  id: string;
  version?: number | null;
}

/** Makes an item, or changes one. Raises as `call`. */
export async function saveItem<K extends Kind>(
  kind: K,
  item: Seen | null,
  values: Partial<ValuesOf<K>>,
): Promise<Item<K>> {
  const made =
    item === null
      ? call<Item<K>>("POST", pathOf(kind), { body: values })
      : call<Item<K>>("PATCH", `${pathOf(kind)}/${item.id}`, { body: values, version: item.version ?? null });
  return (await made).value;
}

interface Save<K extends Kind> {
  item: Seen | null;
  values: Partial<ValuesOf<K>>;
}

export function useSaveItem<K extends Kind>(kind: K) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ item, values }: Save<K>) => saveItem(kind, item, values),
    onSuccess: (saved) => {
      client.setQueryData<Item<K>[]>(keyOf(kind), (items) => items && withItem(items, saved));
      void refreshed(client, kind);
    },
    // What was typed is then laid over what is there now, and can be saved again.
    onError: (error) => {
      if (isOld(error)) void refreshed(client, kind);
    },
  });
}

function withItem<T extends { id: string; name: string }>(items: readonly T[], saved: T): T[] {
  return items.some(({ id }) => id === saved.id)
    ? items.map((one) => (one.id === saved.id ? saved : one))
    : inOrder([...items, saved]);
}

/** Hours are shown with teams, teams with rules: whatever is shown of routing is read again. */
export function refreshed(client: QueryClient, kind: Kind): Promise<void> {
  return client.invalidateQueries({ queryKey: keyOf(kind) });
}

export function useDeleteItem(kind: Kind) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: (id: string) => call("DELETE", `${pathOf(kind)}/${id}`),
    onSuccess: (_, id) =>
      client.setQueryData<{ id: string }[]>(keyOf(kind), (items) => items?.filter((one) => one.id !== id)),
    onSettled: () => refreshed(client, kind),
  });
  return lasting(mutation);
}

/** What undoes a deletion: the same item, made again in its place. It works also when the page has gone. */
export function useRestore<K extends Kind>(kind: K) {
  const client = useQueryClient();
  return (item: Item<K>, failed: (error: unknown) => void) => {
    const before = client.getQueryData<Item<K>[]>(keyOf(kind)) ?? [];
    saveItem(kind, null, valuesOf<K>(item))
      .then((made) => inPlace(kind, before, item, made))
      .catch(failed)
      .finally(() => void refreshed(client, kind));
  };
}

/** Where it stands among its kind; null where the kind has no order. */
function placeOf(item: object): number | null {
  return "position" in item && typeof item.position === "number" ? item.position : null;
}

/** The order counts where items have a place, and what is made stands at the end. */
async function inPlace<K extends Kind>(kind: K, before: readonly Item<K>[], item: Item<K>, made: Item<K>) {
  const place = placeOf(item);
  if (place === null) return;
  const others = before.filter(({ id }) => id !== made.id);
  const isBehind = (one: Item<K>) => (placeOf(one) ?? 0) > place;
  const first = others.filter((one) => !isBehind(one));
  const behind = others.filter(isBehind);
  if (behind.length === 0) return;
  await call("PUT", `${pathOf(kind)}/order`, { body: { ids: [...first, made, ...behind].map(({ id }) => id) } });
}

/** Shown at once; asked for again when it is refused. */
export function useOrderItems<K extends Kind>(kind: K) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (items: readonly Item<K>[]) =>
      call("PUT", `${pathOf(kind)}/order`, { body: { ids: items.map(({ id }) => id) } }),
    onMutate: (items) =>
      client.setQueryData(
        keyOf(kind),
        items.map((item, position) => ({ ...item, position })),
      ),
    onSettled: () => refreshed(client, kind),
  });
}

/** The reopening is conversation's own: it holds whether a company uses routing or not. */
const policyPath = (policy: Policy) =>
  policy === "reopening" ? "/api/v1/settings/reopening" : `/api/v1/routing/${policy}`;

export function usePolicy<P extends Policy>(policy: P) {
  return useQuery({
    queryKey: keys.setting(`routing/${policy}`),
    queryFn: ({ signal }) => call<Policies[P]>("GET", policyPath(policy), { signal }),
  });
}

export function useSavePolicy<P extends Policy>(policy: P) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ value, version }: Versioned<Policies[P]>) =>
      call<Policies[P]>("PUT", policyPath(policy), { body: value, version }),
    onSuccess: (saved) => client.setQueryData(keys.setting(`routing/${policy}`), saved),
    onError: (error) => {
      if (isOld(error)) void client.invalidateQueries({ queryKey: keys.setting(`routing/${policy}`) });
    },
  });
}
