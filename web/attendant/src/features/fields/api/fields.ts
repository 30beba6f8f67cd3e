/** The company's custom fields of customers' records. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { everyPage } from "@/shared/api/everyPage";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";
import type { Page } from "@/shared/api/types";
import { ifMatch } from "@/shared/api/versioned";

export type Field = components["schemas"]["ContactFieldView"];
export type NewField = components["schemas"]["NewContactField"];
export type FieldEdit = components["schemas"]["ContactFieldEdit"];

export function useFields() {
  return useQuery({
    queryKey: keys.setting("contact_field"),
    queryFn: ({ signal }) =>
      everyPage((query) => unwrap<Page<Field>>(api.GET("/api/v1/contact-fields", { params: { query }, signal }))),
    select: (fields) =>
      fields.toSorted((one, other) => one.order - other.order || one.label.localeCompare(other.label)),
    staleTime: 60_000,
  });
}

/** Makes a field, or changes one (`field`) as it was seen. */
export function useSaveField() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      field,
      ...what
    }: {
      field?: { id: string; version: number | null };
      made?: NewField;
      edit?: FieldEdit;
    }) => {
      if (field === undefined)
        return unwrap<Field>(api.POST("/api/v1/contact-fields", { body: what.made as NewField }));
      const params = { path: { item_id: field.id }, ...ifMatch(field.version) };
      return unwrap<Field>(api.PATCH("/api/v1/contact-fields/{item_id}", { params, body: what.edit ?? {} }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.setting("contact_field") }),
  });
}
