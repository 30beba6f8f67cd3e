/** The first message of a day, found by halving: the API pages by sequence, and times grow with it. */
import { api, unwrap } from "@/shared/api/client";
import type { Message, Page } from "@/shared/api/types";

/** The first message at or after `from`, the newest one when there is none; null in an empty conversation. */
export async function findFirstSince(
  conversationId: string,
  from: number,
  newestSequence: number,
): Promise<Message | null> {
  let [low, high] = [0, newestSequence];
  let found: Message | null = null;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const next = await firstAfter(conversationId, middle);
    if (next === null || Date.parse(next.occurred_at) >= from) {
      found = next ?? found;
      high = middle;
    } else {
      low = next.sequence;
    }
  }
  return (await firstAfter(conversationId, low)) ?? found ?? (await newest(conversationId));
}

async function firstAfter(conversationId: string, after: number): Promise<Message | null> {
  return one(conversationId, { after, limit: 1 });
}

async function newest(conversationId: string): Promise<Message | null> {
  return one(conversationId, { limit: 1 });
}

async function one(conversationId: string, query: { after?: number; limit: number }): Promise<Message | null> {
  const page = await unwrap<Page<Message>>(
    api.GET("/api/v1/conversations/{conversation_id}/messages", {
      params: { path: { conversation_id: conversationId }, query },
    }),
  );
  return page.items[0] ?? null;
}
