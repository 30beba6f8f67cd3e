/** Pages of hits as one list: a conversation that goes on in the next page stands once. Pure. */
import type { SearchGroup, SearchPage } from "@/shared/api/types";

export function joined(pages: readonly SearchPage[]): SearchGroup[] {
  const groups = new Map<string, SearchGroup>();
  for (const group of pages.flatMap(({ items }) => items)) {
    const before = groups.get(group.conversation.id);
    groups.set(group.conversation.id, {
      conversation: group.conversation,
      messages: [...(before?.messages ?? []), ...group.messages],
    });
  }
  return [...groups.values()];
}
