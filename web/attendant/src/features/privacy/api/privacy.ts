/** Holds, erasures with their receipts, retention, the log, and all data of a customer as a file. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];
export type Receipt = Schemas["ReceiptView"];
export type LogEntry = Schemas["LogView"];

const POLL_MS = 1500;
const of = (contactId: string) => ({ params: { path: { contact_id: contactId } } });

export const useErasures = () =>
  useQuery({
    queryKey: keys.privacy("erasures"),
    queryFn: () => unwrap(api.GET("/api/v1/privacy/erasures", { params: { query: { limit: 50 } } })),
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

export function useSetRetention() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (days: number | null) =>
      unwrap(api.PUT("/api/v1/privacy/retention", { body: { messages_days: days } })),
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
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.privacy("erasures") }),
  });
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
