import type { Contact, Conversation } from "@/shared/api/types";

/** The customer as a conversation shows them. */
export function refOf(contact: Contact): Conversation["contact"] {
  const { id, name, avatar_url, labels, blocked } = contact;
  return { id, name, avatar_url: avatar_url ?? null, labels, ...(blocked && { blocked: true }) };
}
