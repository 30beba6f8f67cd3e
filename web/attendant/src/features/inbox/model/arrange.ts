/**
 * In which order the rows of a list stand. Nothing moves under the cursor: while a list is held, new and risen rows
 * wait, rows change where they stand, and a row that no longer belongs there stays until the hold ends. Pure.
 */
import type { Conversation } from "@/shared/api/types";
import type { Order } from "@/shared/conversations/filter";
import { compare, placeOf } from "@/shared/conversations/list";

/** `order`: somebody has scrolled down; `rows`: somebody points at a row or has it in the keyboard's focus. */
export type Hold = "none" | "order" | "rows";

export interface Arrangement {
  rows: readonly Conversation[];
  /** Rows that no longer belong to the list and stay until the hold ends. */
  gone: ReadonlySet<string>;
  /** How many rows with something new wait for their place. */
  waiting: number;
  /** What it was made from. */
  live: readonly Conversation[];
  hold: Hold;
}

const NONE: ReadonlySet<string> = new Set();

export const EMPTY: Arrangement = { rows: [], gone: NONE, waiting: 0, live: [], hold: "none" };

/** The rows as the server has them. */
export function released(live: readonly Conversation[], hold: Hold): Arrangement {
  return { rows: live, gone: NONE, waiting: 0, live, hold };
}

/** The next arrangement. `copyOf` is the latest copy of a conversation that the list no longer holds. */
export function arrange(
  shown: Arrangement,
  live: readonly Conversation[],
  hold: Hold,
  copyOf: (id: string) => Conversation | undefined,
  order: Order,
): Arrangement {
  if (shown.live === live && shown.hold === hold) return shown;
  if (hold === "none" || shown.rows.length === 0) return released(live, hold);
  const left = new Map(live.map((conversation) => [conversation.id, conversation]));
  const rows: Conversation[] = [];
  const gone = new Set<string>();
  for (const row of shown.rows) {
    const current = left.get(row.id);
    if (current !== undefined) {
      rows.push(current);
      left.delete(row.id);
    } else if (hold === "rows") {
      const copy = copyOf(row.id);
      if (copy === undefined) continue; // it is not this person's to see any more
      rows.push(copy);
      gone.add(row.id);
    }
  }
  const risen = countRisen(rows, gone, order);
  const fresh = appendBelow(rows, live, left);
  return { rows, gone: gone.size > 0 ? gone : NONE, waiting: risen + fresh, live, hold };
}

/** Rows that a customer's message has lifted above a row that stands over them. */
function countRisen(rows: readonly Conversation[], gone: ReadonlySet<string>, order: Order): number {
  let lowest: Conversation | undefined;
  let risen = 0;
  for (const row of rows) {
    if (gone.has(row.id)) continue;
    if (lowest === undefined || compare(placeOf(row), placeOf(lowest), order) > 0) lowest = row;
    else if (row.last_message?.direction === "inbound") risen += 1;
  }
  return risen;
}

/** Puts rows that belong below everything shown (a loaded page) to the end, and counts the others that are new. */
function appendBelow(
  rows: Conversation[],
  live: readonly Conversation[],
  left: ReadonlyMap<string, Conversation>,
): number {
  if (left.size === 0) return 0;
  const shown = new Set(rows.map((row) => row.id));
  let end = live.length;
  while (end > 0 && !shown.has(live[end - 1]?.id ?? "")) end -= 1;
  const below = live.slice(end);
  rows.push(...below);
  return left.size - below.length;
}
