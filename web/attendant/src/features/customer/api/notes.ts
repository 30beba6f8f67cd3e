/** Notes on a customer. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { lasting } from "@/shared/api/lasting";
import type { Contact, Page } from "@/shared/api/types";

import type { ContactNote } from "./record";

export function useNotes(contact: Contact) {
  return useQuery({
    queryKey: keys.contactPart(contact.id, "notes", contact.version),
    queryFn: ({ signal }) => {
      const params = { path: { contact_id: contact.id }, query: { limit: 100 } };
      return unwrap<Page<ContactNote>>(api.GET("/api/v1/contacts/{contact_id}/notes", { params, signal }));
    },
    placeholderData: (before) => before,
  });
}

/** Writes a note (without `id`), changes one, or takes one away (`text` null). */
export function useChangeNote(contact: Contact) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ id, text }: { id?: string; text: string | null }): Promise<unknown> => {
      if (id === undefined) {
        const params = { path: { contact_id: contact.id }, header: { "Idempotency-Key": crypto.randomUUID() } };
        return unwrap(api.POST("/api/v1/contacts/{contact_id}/notes", { params, body: { text: text ?? "" } }));
      }
      const params = { path: { contact_id: contact.id, note_id: id } };
      const path = "/api/v1/contacts/{contact_id}/notes/{note_id}";
      return unwrap<unknown>(
        text === null ? api.DELETE(path, { params }) : api.PATCH(path, { params, body: { text } }),
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["contacts", "part", contact.id, "notes"] }),
  });
  return lasting(mutation);
}
