/** The company's automatic replies, their order, and what is told of the protocol number. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { everyPage } from "@/shared/api/everyPage";
import { keys } from "@/shared/api/keys";
import { isOld } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import type { Page } from "@/shared/api/types";
import { ifMatch, unwrapVersioned, type Versioned } from "@/shared/api/versioned";

type Schemas = components["schemas"];

export type AutomaticReply = Schemas["AutomaticReplyView"];
/** A rule as it is edited and sent. */
export type ReplyValues = Omit<AutomaticReply, "id" | "version">;
export type Trigger = AutomaticReply["trigger"];
export type Checked = Schemas["CheckedReply"];
export type ProtocolSettings = Required<Schemas["ProtocolSettings"]>;

const PATH = "/api/v1/automatic-replies";
const PROTOCOL = "/api/v1/settings/protocol";
const KIND = "automatic_reply";

/** In the order in which they are looked at. */
export function useAutomaticReplies() {
  return useQuery({
    queryKey: keys.setting(KIND),
    queryFn: async ({ signal }) => {
      const found = await everyPage((query) =>
        unwrap<Page<AutomaticReply>>(api.GET(PATH, { params: { query }, signal })),
      );
      return found.sort((a, b) => a.position - b.position || a.id.localeCompare(b.id));
    },
  });
}

/** Makes a rule, or changes the one with this id as it was seen. */
export function useSaveReply() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ reply, values }: { reply: { id: string; version: number | null } | null; values: ReplyValues }) =>
      reply === null
        ? unwrap<AutomaticReply>(api.POST(PATH, { body: values }))
        : unwrap<AutomaticReply>(
            api.PATCH(`${PATH}/{item_id}`, {
              params: { path: { item_id: reply.id }, ...ifMatch(reply.version) },
              body: values,
            }),
          ),
    onSettled: () => client.invalidateQueries({ queryKey: keys.setting(KIND) }),
  });
}

export function useToggleReply() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) =>
      unwrap<AutomaticReply>(api.PATCH(`${PATH}/{item_id}`, { params: { path: { item_id: id } }, body: { enabled } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.setting(KIND) }),
  });
}

export function useDeleteReply() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE(`${PATH}/{item_id}`, { params: { path: { item_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.setting(KIND) }),
  });
}

/** Shown at once; asked for again when it is refused. */
export function useOrderReplies() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (replies: readonly AutomaticReply[]) =>
      unwrap(api.PUT(`${PATH}/order`, { body: { ids: replies.map(({ id }) => id) } })),
    onMutate: (replies) =>
      client.setQueryData(
        keys.setting(KIND),
        replies.map((reply, position) => ({ ...reply, position })),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: keys.setting(KIND) }),
  });
}

/** What becomes of a rule that is being edited, when somebody writes this. */
export function useCheck(values: ReplyValues, text: string, enabled: boolean) {
  return useQuery({
    queryKey: [...keys.setting(KIND), "check", values, text],
    enabled,
    queryFn: async ({ signal }) => {
      const body = {
        reply: { ...values, enabled: true },
        triggers: [values.trigger],
        text: text || values.words[0] || null,
        closed_by: values.closed_by === "automatic" ? ("automatic" as const) : ("person" as const),
      };
      const { items } = await unwrap<{ items: Checked[] }>(api.POST(`${PATH}/check`, { body, signal }));
      return items[0] ?? null;
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function useProtocol() {
  return useQuery({
    queryKey: keys.setting("protocol"),
    queryFn: async ({ signal }): Promise<Versioned<ProtocolSettings>> => {
      const { value, version } = await unwrapVersioned(api.GET(PROTOCOL, { signal }));
      return { value: value as ProtocolSettings, version };
    },
  });
}

export function useSaveProtocol() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ value, version }: Versioned<ProtocolSettings>) =>
      unwrapVersioned(api.PUT(PROTOCOL, { params: ifMatch(version), body: value })),
    onSuccess: (saved) => client.setQueryData(keys.setting("protocol"), saved),
    // What was typed is then laid over what is there now, and can be saved again.
    onError: (error) => {
      if (isOld(error)) void client.invalidateQueries({ queryKey: keys.setting("protocol") });
    },
  });
}
