/** A whole list that is read page by page; for lists that are known to be short. */
import type { Page } from "@/shared/api/types";

const PAGES_AT_MOST = 20;

/** All items of up to twenty pages. `read` gets what to ask for: the page's size and where it begins. */
export async function everyPage<T>(
  read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const answered: Page<T> = await read({ limit: 100, ...(cursor !== null && { cursor }) });
    found.push(...answered.items);
    cursor = answered.next_cursor ?? null;
    if (cursor === null) break;
  }
  return found;
}
