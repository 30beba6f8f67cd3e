/** Accounts of channels: what they are, how they do, and what is done with them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, fetchSignedIn, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { problemOf } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import type { Page, Template } from "@/shared/api/types";

type Schemas = components["schemas"];

/** What all kinds of accounts have. */
type Common = Omit<Schemas["MetaChannel"], "kind" | "settings" | "page_id" | "instagram_id" | "page_name" | "username">;

/** An account; of its kind's own fields those are used that any kind may have, where it has them. */
export interface Channel extends Common {
  kind: Schemas["ConnectableKind"]["kind"];
  settings: object;
  health?: Schemas["ChannelHealth"];
  display_phone_number?: string | null;
  verified_name?: string | null;
  page_name?: string | null;
  bot_name?: string | null;
  username?: string | null;
  reads_groups?: boolean | null;
  takes_business_chats?: boolean | null;
}
export type AccountWarning = Schemas["AccountWarning"];
export type ChannelKind = Schemas["ConnectableKind"];
export type GuideField = Schemas["GuideField"];

/** What the provider answered, of any kind of channel. */
export interface CheckResult extends Omit<Schemas["MetaCheckResult"], "missing_permissions"> {
  verified_name?: string | null;
  bot_name?: string | null;
  missing_permissions?: string[];
}
export type LocalizedText = Schemas["LocalizedText"];

/** The values of a form, by where they belong. */
export interface FieldValues {
  credentials: Record<string, string | boolean>;
  settings: Record<string, string | boolean>;
}

export interface ChannelChanges extends Partial<FieldValues> {
  name?: string;
  status?: "active" | "disabled";
}

const byId = (id: string) => ({ params: { path: { account_id: id } } });

export function useChannels(enabled = true) {
  return useQuery({
    enabled,
    queryKey: keys.channels(),
    queryFn: ({ signal }) =>
      unwrap<Page<Channel>>(api.GET("/api/v1/channels", { params: { query: { limit: 100 } }, signal })),
    staleTime: 10_000,
    refetchInterval: 60_000,
  });
}

/** `every`: milliseconds between looks; no event tells of an account's health. */
export function useChannel(id: string, every: number) {
  return useQuery({
    queryKey: keys.channel(id),
    queryFn: ({ signal }) => unwrap<Channel>(api.GET("/api/v1/channels/{account_id}", { ...byId(id), signal })),
    staleTime: 5000,
    refetchInterval: every,
  });
}

export function useKinds() {
  return useQuery({
    queryKey: keys.channelKinds(),
    queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/channels/kinds", { signal }))).items,
  });
}

export function useConnect(kind: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (account: FieldValues & { name: string }) =>
      call<Channel>("POST", "/api/v1/channels", { kind, ...account }),
    onSuccess: (channel) => {
      client.setQueryData(keys.channel(channel.id), channel);
      // The guide counts them on every page.
      void client.invalidateQueries({ queryKey: keys.channels() });
    },
  });
}

export function useChange(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: ChannelChanges) => call<Channel>("PATCH", `/api/v1/channels/${id}`, changes),
    onSuccess: async (channel) => {
      client.setQueryData(keys.channel(id), channel);
      await client.invalidateQueries({ queryKey: keys.channels() });
    },
  });
}

export function useRemove(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<null>("DELETE", `/api/v1/channels/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.channels(), refetchType: "none" }),
  });
}

/** Asks the provider whether the credentials work. */
export function useCheck(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap<CheckResult>(api.POST("/api/v1/channels/{account_id}/check", byId(id))),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.channels() }),
  });
}

/** Has the provider send webhooks here again, and looks at what is wrong with the account. */
export function useRepair(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<Channel | null>("POST", `/api/v1/channels/${id}/repair`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.channels() }),
  });
}

const PAGES_AT_MOST = 20;

export function useTemplates(id: string) {
  return useQuery({
    queryKey: [...keys.templates(id), "every"],
    queryFn: async ({ signal }) => {
      const found: Template[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < PAGES_AT_MOST; page += 1) {
        const query: { limit: number; cursor?: string } = { limit: 100, ...(cursor !== null && { cursor }) };
        const params = { path: { account_id: id }, query };
        const answered: Page<Template> = await unwrap<Page<Template>>(
          api.GET("/api/v1/channels/{account_id}/templates", { params, signal }),
        );
        found.push(...answered.items);
        cursor = answered.next_cursor ?? null;
        if (cursor === null) break;
      }
      return found;
    },
    staleTime: 60_000,
  });
}

export function useSyncTemplates(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/channels/{account_id}/templates/sync", byId(id))),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.templates(id) }),
  });
}

/** The bodies are built from the kind's own description, so the document's types cannot know them. */
async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const sent = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await fetchSignedIn(new Request(new URL(path, window.location.origin), { method, ...sent }));
  const answered: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answered);
  return answered as T;
}
