/** Quick replies: found by what is typed, filled in for a conversation, and used. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";
import type { Page } from "@/shared/api/types";

export type Reply = components["schemas"]["ReplyView"];
export type FilledReply = components["schemas"]["FilledReply"];
export type FilledPart = components["schemas"]["FilledPart"];

const OFFERED = 20;

/** What fits the typed words, the best first; without words those that are used most. */
export function useReplySearch(words: string, enabled = true) {
  return useQuery({
    queryKey: [...keys.setting("reply"), "search", words],
    queryFn: async ({ signal }) => {
      const query = { limit: OFFERED, ...(words === "" ? { sort: "-usage_count" as const } : { q: words }) };
      return (await unwrap<Page<Reply>>(api.GET("/api/v1/replies", { params: { query }, signal }))).items;
    },
    enabled,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** A reply as it would be said in the conversation. */
export function useFilledReply(conversationId: string, replyId: string | undefined) {
  return useQuery({
    queryKey: [...keys.setting("reply"), "filled", conversationId, replyId],
    queryFn: ({ signal }) =>
      unwrap<FilledReply>(
        api.GET("/api/v1/conversations/{conversation_id}/replies/{item_id}", {
          params: { path: { conversation_id: conversationId, item_id: replyId ?? "" } },
          signal,
        }),
      ),
    enabled: replyId !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** The reply as it is said, with copies of its files that a message can take. */
export function consumeReply(conversationId: string, replyId: string): Promise<FilledReply> {
  return unwrap<FilledReply>(
    api.POST("/api/v1/conversations/{conversation_id}/replies/{item_id}", {
      params: { path: { conversation_id: conversationId, item_id: replyId } },
    }),
  );
}

/** A filled text as it is put into a field: what has no value stays as the variable that it is, to be filled in. */
export function textOf(parts: readonly FilledPart[]): string {
  return parts.map((part) => (part.missing ? `{{${part.variable ?? ""}}}` : part.text)).join("");
}

const NAMES = ["contact.name", "contact.first_name"];
const SHORTEST_VALUE = 4;

/** What a filled reply tells of the customer beyond their name, which they show themselves. */
export function valuesOfCustomer({ parts }: Pick<FilledReply, "parts">): string[] {
  return parts
    .filter(({ variable, missing }) => !missing && variable?.startsWith("contact.") && !NAMES.includes(variable))
    .map(({ text }) => text.trim())
    .filter((value) => value.length >= SHORTEST_VALUE);
}

const GAP = /\{\{(?:contact|conversation|attendant|channel)\.[\w.-]+\}\}/;

/** The first variable in a text that nobody has filled in, and where it stands; null when there is none. */
export function gapIn(text: string, from = 0): { start: number; end: number; text: string } | null {
  const found = GAP.exec(text.slice(from));
  if (found === null) return from === 0 ? null : gapIn(text);
  const start = from + found.index;
  return { start, end: start + found[0].length, text: found[0] };
}
