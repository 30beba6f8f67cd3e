/** Holds, erasures with their receipts, retention, the log, and all data of a customer as a file. */
import { skipToken, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";
import type { Page } from "@/shared/api/types";

import { bodyOf, isValid, KINDS, type Days } from "../model/retention";

type Schemas = components["schemas"];
export type Receipt = Schemas["ReceiptView"];
export type LogEntry = Schemas["LogView"];
export type Retention = Schemas["RetentionView"];

const POLL_MS = 1500;
const PAGE = 20;
const of = (contactId: string) => ({ params: { path: { contact_id: contactId } } });

/** The latest first: those that people asked for, or with `everybody` also those by the retention period. */
export const useErasures = (everybody: boolean) =>
  useInfiniteQuery({
    queryKey: keys.privacy("erasures", "list", everybody ? "everybody" : "asked"),
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: PAGE,
        ...(!everybody && { automatic: false }),
        ...(pageParam !== null && { cursor: pageParam }),
      };
      return unwrap<Page<Receipt>>(api.GET("/api/v1/privacy/erasures", { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

/** One receipt, looked at again until every service has confirmed. */
export const useReceipt = (id: string | null) =>
  useQuery({
    queryKey: keys.privacy("erasures", id ?? ""),
    queryFn: () =>
      unwrap(api.GET("/api/v1/privacy/erasures/{erasure_id}", { params: { path: { erasure_id: id ?? "" } } })),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data?.state === "done" ? false : POLL_MS),
  });

export const usePrivacyLog = () =>
  useQuery({
    queryKey: keys.privacy("log"),
    queryFn: () => unwrap(api.GET("/api/v1/privacy/log", { params: { query: { limit: 50 } } })),
  });

export const useRetention = () =>
  useQuery({ queryKey: keys.privacy("retention"), queryFn: () => unwrap(api.GET("/api/v1/privacy/retention")) });

/** About what would be removed today, were things kept for so many days. */
export const useRetentionPreview = (days: Days) =>
  useQuery({
    queryKey: keys.privacy("preview", JSON.stringify(bodyOf(days))),
    queryFn: ({ signal }) => unwrap(api.POST("/api/v1/privacy/retention/preview", { body: bodyOf(days), signal })),
    enabled: isValid(days) && KINDS.some((kind) => days[kind] !== null),
    staleTime: 10_000,
  });

export function useSetRetention() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (days: Days) => unwrap(api.PUT("/api/v1/privacy/retention", { body: bodyOf(days) })),
    onSuccess: (policy) => {
      client.setQueryData(keys.privacy("retention"), policy);
      void client.invalidateQueries({ queryKey: keys.privacy("log") });
    },
  });
}

export const useHold = (contactId: string) =>
  useQuery({
    queryKey: keys.privacy("hold", contactId),
    queryFn: () => unwrap(api.GET("/api/v1/contacts/{contact_id}/hold", of(contactId))),
  });

/** Sets the hold by a reason, or releases it by null. */
export function useSetHold(contactId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string | null) =>
      reason === null
        ? unwrap(api.DELETE("/api/v1/contacts/{contact_id}/hold", of(contactId)))
        : unwrap(api.PUT("/api/v1/contacts/{contact_id}/hold", { ...of(contactId), body: { reason } })),
    onSuccess: (state) => client.setQueryData(keys.privacy("hold", contactId), state),
  });
}

export function useErase(contactId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["NewErasure"]) =>
      unwrap(api.POST("/api/v1/contacts/{contact_id}/erase", { ...of(contactId), body })),
    onSuccess: ({ id }) => {
      client.setQueryData(keys.privacy("receipt of", contactId), id);
      client.setQueryData(keys.privacy("shown receipt"), id);
      void client.invalidateQueries({ queryKey: keys.privacy("erasures") });
    },
  });
}

/** The receipt of a customer who was erased here, as long as the client is open. */
export const useReceiptOf = (contactId: string) =>
  useQuery<string | null>({
    queryKey: keys.privacy("receipt of", contactId),
    queryFn: skipToken,
    staleTime: Infinity,
    gcTime: Infinity,
  }).data ?? null;

/** Which receipt is in front, wherever it was asked for: what asked for it is gone with the customer. */
export function useShownReceipt(): [string | null, (id: string | null) => void] {
  const client = useQueryClient();
  const queryKey = keys.privacy("shown receipt");
  const { data } = useQuery<string | null>({ queryKey, queryFn: skipToken, staleTime: Infinity });
  return [data ?? null, (id) => client.setQueryData(queryKey, id)];
}

/** Asks for all data of a customer, and hears how far it is. */
export function useDataExport(contactId: string, language: NonNullable<Schemas["NewDataExport"]["language"]>) {
  const asking = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/contacts/{contact_id}/data-exports", { ...of(contactId), body: { language } })),
  });
  const id = asking.data?.id;
  const { data } = useQuery({
    queryKey: keys.privacy("export", id ?? ""),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/contacts/{contact_id}/data-exports/{export_id}", {
          params: { path: { contact_id: contactId, export_id: id ?? "" } },
        }),
      ),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data?.url || state.data?.state === "failed" ? false : POLL_MS),
  });
  return { ask: () => asking.mutate(), asking: asking.isPending, error: asking.error, file: data ?? asking.data };
}
