/** Putting tags on messages and labels on customers, and making new ones. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { ApiProblem } from "@/shared/api/problem";
import type { Contact, Message } from "@/shared/api/types";
import { liveOf } from "@/shared/realtime/live";

import type { Mark, MarkKind } from "./catalogue";
import { nextColor } from "./palette";

export interface Tagging {
  messageIds: readonly string[];
  add?: readonly string[];
  remove?: readonly string[];
}

/** Puts tags on messages and takes others off. Raises the problem of the first message that was refused. */
export function useTagging() {
  const client = useQueryClient();
  return useMutation({
    networkMode: "always",
    mutationFn: ({ messageIds, add = [], remove = [] }: Tagging) =>
      liveOf(client).acting(
        () => tag(messageIds, add, remove),
        ({ messages, refused }) => {
          for (const message of messages) liveOf(client).takeMessages(message.conversation_id, [message]);
          if (refused !== null) throw refused;
        },
      ),
  });
}

async function tag(ids: readonly string[], add: readonly string[], remove: readonly string[]) {
  const body = { message_ids: [...ids], add: [...add], remove: [...remove] };
  const { results } = await unwrap(api.POST("/api/v1/messages/tags", { body }));
  const messages: Message[] = results.flatMap(({ message }) => (message ? [message] : []));
  const failed = results.find(({ problem }) => problem);
  return { messages, refused: failed ? new ApiProblem(failed.status, codeOf(failed.problem), "") : null };
}

function codeOf(problem: Record<string, unknown> | null | undefined): string {
  return typeof problem?.["code"] === "string" ? problem["code"] : "unknown";
}

/** Puts a label on a customer, or takes it off. */
export function useLabelling(contactId: string) {
  const client = useQueryClient();
  return useMutation({
    networkMode: "always",
    mutationFn: ({ labelId, on }: { labelId: string; on: boolean }) =>
      liveOf(client).acting(
        () => label(contactId, labelId, on),
        (contact) => liveOf(client).takeContact(contact),
      ),
  });
}

const AT_ONCE = 4;

/** Puts a label on many customers, or takes it off: the records that were changed, and why the others were not. */
export function useLabellingMany() {
  const live = liveOf(useQueryClient());
  return async (contactIds: readonly string[], labelId: string, on: boolean) => {
    const changed: Contact[] = [];
    const failed: unknown[] = [];
    const left = [...contactIds];
    const work = async () => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        const contactId = id;
        try {
          const contact = await live.acting(
            () => label(contactId, labelId, on),
            (answered) => answered,
          );
          live.takeContact(contact);
          changed.push(contact);
        } catch (error) {
          failed.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { changed, failed };
  };
}

function label(contactId: string, labelId: string, on: boolean): Promise<Contact> {
  const path = "/api/v1/contacts/{contact_id}/labels/{label_id}";
  const params = { path: { contact_id: contactId, label_id: labelId } };
  return unwrap<Contact>(on ? api.PUT(path, { params }) : api.DELETE(path, { params }));
}

/** Makes a tag or label of this name, in a colour that the others use least. */
export function useCreateMark(kind: MarkKind) {
  const client = useQueryClient();
  return useMutation({
    networkMode: "always",
    mutationFn: async (name: string): Promise<Mark> => {
      const all = client.getQueryData<Mark[]>(keys.setting(kind)) ?? [];
      const body = { name, color: nextColor(all.map(({ color }) => color)) };
      const made = await unwrap<Mark>(
        kind === "tag" ? api.POST("/api/v1/tags", { body }) : api.POST("/api/v1/labels", { body }),
      );
      addToList(client, kind, made);
      return made;
    },
  });
}

/** The list has it before it is read again. */
function addToList(client: QueryClient, kind: MarkKind, made: Mark): void {
  client.setQueryData<Mark[]>(keys.setting(kind), (all) => all && [...all.filter(({ id }) => id !== made.id), made]);
  void client.invalidateQueries({ queryKey: keys.setting(kind) });
}
