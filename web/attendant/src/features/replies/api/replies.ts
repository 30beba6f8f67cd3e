/** The quick replies that one may see, and what is changed of them. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { everyPage } from "@/shared/api/everyPage";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";
import type { Page } from "@/shared/api/types";
import { ifMatch } from "@/shared/api/versioned";
import type { Reply } from "@/shared/replies/replies";

export type NewReply = components["schemas"]["NewReply"];
export type FilledText = components["schemas"]["FilledText"];

const KIND = keys.setting("reply");

/** All of them by shortcut; with words those that fit. */
export function useReplies(words: string) {
  return useQuery({
    queryKey: [...KIND, "every", words],
    queryFn: ({ signal }) =>
      everyPage((query) =>
        unwrap<Page<Reply>>(
          api.GET("/api/v1/replies", { params: { query: { ...query, ...(words !== "" && { q: words }) } }, signal }),
        ),
      ),
    placeholderData: keepPreviousData,
  });
}

/** The names of the variables, in the order in which they are offered. */
export function useVariables() {
  return useQuery({
    queryKey: [...keys.setting("contact_field"), "variables"],
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET("/api/v1/replies/variables", { signal }))).items.map(({ name }) => name),
  });
}

/** The text as it would look with these values, and what is wrong with it. */
export function usePreview(body: string, values: Record<string, string>) {
  return useQuery({
    queryKey: ["reply-preview", body, values],
    queryFn: ({ signal }) =>
      unwrap<FilledText>(api.POST("/api/v1/replies/preview", { body: { body, values }, signal })),
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });
}

export function useReplyActions() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: KIND });
  return {
    add: useMutation({
      mutationFn: (body: NewReply) => unwrap<Reply>(api.POST("/api/v1/replies", { body })),
      onSettled,
    }),
    change: useMutation({
      mutationFn: ({ one, body }: { one: { id: string; version: number | null }; body: Omit<NewReply, "scope"> }) =>
        unwrap<Reply>(
          api.PATCH("/api/v1/replies/{item_id}", {
            params: { path: { item_id: one.id }, ...ifMatch(one.version) },
            body: body as never,
          }),
        ),
      onSettled,
    }),
    archive: useMutation({
      mutationFn: ({ id, archived }: { id: string; archived: boolean }) =>
        unwrap<Reply>(
          api.PATCH("/api/v1/replies/{item_id}", { params: { path: { item_id: id } }, body: { archived } as never }),
        ),
      onSettled,
    }),
  };
}
