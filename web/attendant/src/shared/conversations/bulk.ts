/** One action on many conversations: each has its own outcome. */
import type { QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import type { Conversation, Priority } from "@/shared/api/types";
import { liveOf } from "@/shared/realtime/live";

export type BulkOutcome = components["schemas"]["Outcome"];

export type BulkAction =
  | { action: "assign"; attendant_id: string | null }
  | { action: "close"; type_id?: string }
  | { action: "reopen" }
  | { action: "snooze"; until: string | null }
  | { action: "wake" }
  | { action: "priority"; priority: Priority }
  | { action: "classify"; type_id: string | null }
  | { action: "read" }
  | { action: "unread" };

/**
 * Does it to all of them and shows what became of each. Whoever closes has seen what the list shows: what has come since
 * is a conflict, as when one is closed.
 */
export async function changeMany(
  client: QueryClient,
  conversations: readonly Conversation[],
  wanted: BulkAction,
): Promise<readonly BulkOutcome[]> {
  const live = liveOf(client);
  const versions =
    wanted.action === "close" ? Object.fromEntries(conversations.map(({ id, sequence }) => [id, sequence])) : {};
  const body = { ...wanted, ids: conversations.map(({ id }) => id), versions };
  const request = () =>
    unwrap(api.POST("/api/v1/conversations/bulk", { params: { header: { "Idempotency-Key": newKey() } }, body }));
  return live.acting(request, ({ results }, watch) => {
    const changed = results.flatMap(({ conversation }) => (conversation ? [conversation] : []));
    live.takeAnswered(changed, watch);
    if (wanted.action === "read" || wanted.action === "unread") {
      for (const { id, unread_count, first_unread_sequence, read_mark, mention_sequence } of changed) {
        live.takeReading(id, {
          unread_count,
          first_unread_sequence: first_unread_sequence ?? null,
          read_mark: read_mark ?? null,
          mention_sequence: mention_sequence ?? null,
        });
      }
    }
    return results;
  });
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
