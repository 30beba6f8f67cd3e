/** Endpoints of webhooks: what is set, how they do, and what is done with them. */
import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { fetchSignedIn } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { lasting } from "@/shared/api/lasting";
import { isOld, problemOf } from "@/shared/api/problem";
import type { Page } from "@/shared/api/types";

import type { EventType, Json, Preview, PreviewBody, SecretView, TestResult, Webhook, WebhookBody } from "./types";

const PATH = "/api/v1/webhooks";
/** Health changes without anybody's doing. */
const HEALTH_EVERY_MS = 15_000;

interface Options {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Asks the dispatcher. Raises `ApiProblem`, `Unanswered`. */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const { body, headers = {}, signal } = options;
  const request = new Request(new URL(path, window.location.origin), {
    method,
    headers: { ...headers, ...(body !== undefined && { "Content-Type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const response = await fetchSignedIn(request);
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answer);
  return answer as T;
}

/**
 * All of them, with their health, which is looked at again while the page is open and when somebody comes back to it:
 * so what another administrator has changed is there too, of which no event tells.
 */
export function useWebhooks(enabled = true) {
  return useQuery({
    enabled,
    queryKey: keys.webhooks(),
    queryFn: async ({ signal }) => (await call<Page<Webhook>>("GET", PATH, { signal })).items,
    refetchInterval: HEALTH_EVERY_MS,
    refetchOnMount: "always",
    refetchOnWindowFocus: "always",
  });
}

/** One of them, out of the list. */
export function useWebhook(id: string): Webhook | undefined {
  return useWebhooks().data?.find((one) => one.id === id);
}

/** All types of events that can be asked for. They come with the product's version. */
export function useEventTypes() {
  return useQuery({
    queryKey: keys.webhookEventTypes(),
    queryFn: async ({ signal }) => {
      return (await call<Page<EventType>>("GET", `${PATH}/event-types`, { signal })).items;
    },
    staleTime: Infinity,
  });
}

/** JSON Schema of one type of event, as it is sent. */
export function useEventSchema(type: string, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: [...keys.webhookEventTypes(), type],
    queryFn: async ({ signal }) =>
      (await call<{ schema: Json }>("GET", `${PATH}/event-types/${type}`, { signal })).schema,
    staleTime: Infinity,
  });
}

/** What would have been sent of the latest events; the last answer stays while the next one is awaited. */
export function usePreview(body: PreviewBody, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: keys.webhookPreview(body),
    queryFn: ({ signal }) => call<Preview>("POST", `${PATH}/preview`, { body, signal }),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
}

export interface Made extends Webhook {
  /** Told once. */
  secret?: string;
}

interface Save {
  /** The endpoint as it was seen; null: a new one. */
  seen: Pick<Webhook, "id" | "version"> | null;
  body: Partial<WebhookBody> & { enabled?: boolean };
  /** The same for every try to make the same endpoint. */
  key?: string;
}

export function useSaveWebhook() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ seen, body, key }: Save) =>
      seen === null
        ? call<Made>("POST", PATH, { body, headers: { "Idempotency-Key": key ?? crypto.randomUUID() } })
        : call<Made>("PATCH", `${PATH}/${seen.id}`, { body, headers: { "If-Match": `"${seen.version}"` } }),
    onSuccess: (made) => {
      const { secret, ...saved } = made;
      // It is shown once: nothing keeps it.
      put(client, secret === undefined ? made : saved);
      void refreshed(client);
    },
    // What was typed is then laid over what is there now, and can be saved again.
    onError: (error) => {
      if (isOld(error)) void refreshed(client);
    },
  });
}

/** Pauses an endpoint or enables it, whatever else of it was changed meanwhile. */
export function useEnable() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) =>
      call<Webhook>("PATCH", `${PATH}/${id}`, { body: { enabled } }),
    onSuccess: (saved) => put(client, saved),
    onSettled: () => refreshed(client),
  });
}

export function useDeleteWebhook() {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: (id: string) => call<null>("DELETE", `${PATH}/${id}`),
    onSuccess: (_, id) => client.setQueryData<Webhook[]>(keys.webhooks(), (all) => all?.filter((one) => one.id !== id)),
    onSettled: () => refreshed(client),
  });
  return lasting(mutation);
}

/** A new secret, told once; the ones before sign for another day. */
export function useRotateSecret(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<{ secret: string; secrets: SecretView[] }>("POST", `${PATH}/${id}/rotate-secret`),
    onSuccess: () => refreshed(client),
  });
}

/** Has the secrets before the newest stop to sign at once. */
export function useEndOldSecrets(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<unknown>("DELETE", `${PATH}/${id}/secrets/old`),
    onSuccess: () => refreshed(client),
  });
}

export function useTestWebhook(id: string) {
  return useMutation({
    mutationFn: (type: string | null) =>
      call<TestResult>("POST", `${PATH}/${id}/test`, { body: type === null ? {} : { event_type: type } }),
  });
}

function put(client: QueryClient, saved: Webhook): void {
  client.setQueryData<Webhook[]>(keys.webhooks(), (all) => {
    if (all === undefined) return undefined;
    const known = all.some(({ id }) => id === saved.id);
    return known ? all.map((one) => (one.id === saved.id ? saved : one)) : [...all, saved];
  });
}

/** Everything that is shown of endpoints is read again. */
export function refreshed(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: keys.webhooks() });
}
