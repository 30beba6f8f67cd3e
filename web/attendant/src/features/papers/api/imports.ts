/** Contacts from a file, and into one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";
import { upload } from "@/shared/api/upload";

type Schemas = components["schemas"];

export type ContactImport = Schemas["ImportView"];
export type ImportLine = Schemas["LineView"];
export type Outcome = ImportLine["outcome"];
export type Duplicates = ContactImport["duplicates"];
export type PreparedFile = Schemas["PreparedFileView"];

const POLL_MS = 1000;
const BUSY: readonly ContactImport["state"][] = ["checking", "running", "undoing"];

/** Whether something is done in it that has an end. */
export const isBusy = ({ state }: ContactImport) => BUSY.includes(state);

const path = (id: string) => ({ params: { path: { import_id: id } } });

export const useImports = () =>
  useQuery({
    queryKey: keys.imports(),
    queryFn: () => unwrap(api.GET("/api/v1/contacts/imports")),
  });

/** One import, looked at again while something is done in it. */
export const useImport = (id: string) =>
  useQuery({
    queryKey: keys.import(id),
    queryFn: () => unwrap(api.GET("/api/v1/contacts/imports/{import_id}", path(id))),
    refetchInterval: ({ state }) => (state.data && isBusy(state.data) ? POLL_MS : false),
  });

/** The report, as far as it is shown. */
export const useImportLines = (id: string, outcomes: Outcome[], version: string) =>
  useQuery({
    queryKey: [...keys.import(id), "lines", outcomes, version],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/contacts/imports/{import_id}/lines", {
          params: { path: { import_id: id }, query: { outcome: outcomes, limit: 100 } },
        }),
      ),
  });

/** Uploads a file and reads it. */
export function useNewImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (file: File) => {
      const attachment = await upload(file, crypto.randomUUID()).done;
      return unwrap(api.POST("/api/v1/contacts/imports", { body: { attachment_id: attachment.id } }));
    },
    onSuccess: (made) => {
      client.setQueryData(keys.import(made.id), made);
      void client.invalidateQueries({ queryKey: keys.imports(), exact: true });
    },
  });
}

export type Step = "start" | "cancel" | "undo";

/** Leads an import to its next state. */
export function useImportStep(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (step: Step | Schemas["ImportPlan"]) => {
      if (typeof step === "object") {
        return unwrap(api.POST("/api/v1/contacts/imports/{import_id}/check", { ...path(id), body: step }));
      }
      if (step === "start") return unwrap(api.POST("/api/v1/contacts/imports/{import_id}/start", path(id)));
      if (step === "cancel") return unwrap(api.POST("/api/v1/contacts/imports/{import_id}/cancel", path(id)));
      return unwrap(api.POST("/api/v1/contacts/imports/{import_id}/undo", path(id)));
    },
    onSuccess: (made) => {
      client.setQueryData(keys.import(id), made);
      void client.invalidateQueries({ queryKey: keys.imports(), exact: true });
    },
  });
}

/** Asks for an export, and hears how far it is. */
export function useExport(language: NonNullable<Schemas["NewExport"]["language"]>) {
  const asking = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/contacts/exports", { body: { language } })),
  });
  const id = asking.data?.id;
  const { data } = useQuery({
    queryKey: ["papers", "export", id],
    queryFn: () =>
      unwrap(api.GET("/api/v1/contacts/exports/{export_id}", { params: { path: { export_id: id ?? "" } } })),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data?.url || state.data?.state === "failed" ? false : POLL_MS),
  });
  return { ask: () => asking.mutate(), asking: asking.isPending, error: asking.error, file: data ?? asking.data };
}
