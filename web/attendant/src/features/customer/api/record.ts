/** Changes of a customer's record, and what is told of it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { everyPage } from "@/shared/api/everyPage";
import { keys } from "@/shared/api/keys";
import { ApiProblem } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import type { Contact, Page } from "@/shared/api/types";

type Schemas = components["schemas"];
export type ContactEdit = Schemas["ContactEdit"];
export type ContactField = Schemas["ContactFieldView"];
export type ContactNote = Schemas["NoteView"];
export type Identity = Schemas["IdentityView"];
export type Duplicate = Schemas["DuplicateView"];
export type CustomerFile = Schemas["CustomerFile"];

const TRIES = 4;
const BY = "was changed by ";

/** Somebody else gave the same field another value meanwhile. `current` is the record as it is now. */
export class FieldConflict extends Error {
  override readonly name = "FieldConflict";

  constructor(
    readonly current: Contact,
    readonly by: string | null,
  ) {
    super("the field was changed meanwhile");
  }
}

const at = (id: string) => ({ path: { contact_id: id } });

const getContact = (id: string) => unwrap<Contact>(api.GET("/api/v1/contacts/{contact_id}", { params: at(id) }));

function put(contact: Contact, body: ContactEdit): Promise<Contact> {
  const params = { ...at(contact.id), header: { "If-Match": `"${contact.version}"` } };
  return unwrap<Contact>(api.PATCH("/api/v1/contacts/{contact_id}", { params, body }));
}

/** The names of the fields that an edit changes, as the API's problems name them. */
function fieldsOf(changes: ContactEdit): string[] {
  const { fields = {}, ...others } = changes;
  return [...Object.keys(others), ...Object.keys(fields).map((key) => `fields.${key}`)];
}

/**
 * Changes the fields of a record as it was seen. What others changed beside them stays; where they changed the same
 * field it raises `FieldConflict`, and nothing is lost.
 */
export async function saveContact(seen: Contact, changes: ContactEdit): Promise<Contact> {
  let contact = seen;
  for (let tries = 1; ; tries += 1) {
    try {
      return await put(contact, changes);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 409 || tries === TRIES) throw error;
      const mine = fieldsOf(changes);
      const theirs = error.errors.find(({ field }) => mine.includes(field));
      const current = await getContact(contact.id);
      if (theirs) {
        const by = theirs.message.startsWith(BY) ? theirs.message.slice(BY.length) : null;
        throw new FieldConflict(current, by);
      }
      contact = current;
    }
  }
}

export function useSaveContact(contact: Contact) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ changes, seen = contact }: { changes: ContactEdit; seen?: Contact }) => saveContact(seen, changes),
    onSuccess: (saved) => client.setQueryData(keys.contact(saved.id), saved),
  });
}

export function useCreateContact() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ContactEdit) => unwrap<Contact>(api.POST("/api/v1/contacts", { body })),
    onSuccess: (made) => {
      client.setQueryData(keys.contact(made.id), made);
      return client.invalidateQueries({ queryKey: keys.contactLists() });
    },
  });
}

/** The custom fields of the company in their order, archived ones too. */
export function useContactFields() {
  return useQuery({
    queryKey: keys.setting("contact_field"),
    queryFn: ({ signal }) =>
      everyPage((query) =>
        unwrap<Page<ContactField>>(api.GET("/api/v1/contact-fields", { params: { query }, signal })),
      ),
    select: (fields) =>
      fields.toSorted((one, other) => one.order - other.order || one.label.localeCompare(other.label)),
    staleTime: 60_000,
  });
}

export function useIdentities(contact: Contact) {
  return useQuery({
    queryKey: keys.contactPart(contact.id, "identities", contact.version),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/contacts/{contact_id}/identities", { params: at(contact.id), signal })),
    placeholderData: (before) => before,
  });
}

export function useDuplicates(contact: Contact) {
  return useQuery({
    queryKey: keys.contactPart(contact.id, "duplicates", contact.version),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/contacts/{contact_id}/duplicates", { params: at(contact.id), signal })),
    placeholderData: (before) => before,
  });
}

export function useDismiss(contact: Contact) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (otherId: string) => {
      const params = { path: { contact_id: contact.id, other_id: otherId } };
      return unwrap(api.DELETE("/api/v1/contacts/{contact_id}/duplicates/{other_id}", { params }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["contacts", "part", contact.id] }),
  });
}

export function useBlock(contact: Contact) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string | null | false) => {
      const params = at(contact.id);
      if (reason === false) return unwrap<Contact>(api.DELETE("/api/v1/contacts/{contact_id}/block", { params }));
      return unwrap<Contact>(api.PUT("/api/v1/contacts/{contact_id}/block", { params, body: { reason } }));
    },
    onSuccess: (saved) => client.setQueryData(keys.contact(saved.id), saved),
  });
}

export function useFilesOf(contactId: string) {
  return useQuery({
    queryKey: keys.contactPart(contactId, "files", 0),
    queryFn: ({ signal }) => {
      const params = { ...at(contactId), query: { limit: 100 } };
      return unwrap<Page<CustomerFile>>(api.GET("/api/v1/contacts/{contact_id}/attachments", { params, signal }));
    },
    staleTime: 15_000,
  });
}
