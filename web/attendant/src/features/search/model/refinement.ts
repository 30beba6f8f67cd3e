/** What narrows a search of messages beside the list's own filters; it stands in the address. Pure. */

export const DIRECTIONS = ["inbound", "outbound", "note"] as const;
export type SearchDirection = (typeof DIRECTIONS)[number];

export interface Refinement {
  /** Conversations by customer or number are shown in place of messages. */
  conversations?: boolean;
  /** Only in this conversation. */
  conversationId?: string;
  direction?: SearchDirection;
  /** First and last day, "2026-10-12", in the company's zone. */
  from?: string;
  to?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function refinementOf(search: URLSearchParams): Refinement {
  const conversationId = search.get("in");
  const direction = DIRECTIONS.find((one) => one === search.get("by"));
  const from = dayIn(search.get("from"));
  const to = dayIn(search.get("to"));
  return {
    ...(search.get("find") === "conversations" && { conversations: true }),
    ...(conversationId && { conversationId }),
    ...(direction && { direction }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

/** The `?...` of an address with this refinement, or nothing. */
export function withRefinement(address: string, refinement: Refinement): string {
  const search = new URLSearchParams(address);
  const values = {
    find: refinement.conversations === true ? "conversations" : undefined,
    in: refinement.conversationId,
    by: refinement.direction,
    from: refinement.from,
    to: refinement.to,
  };
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) search.delete(name);
    else search.set(name, value);
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

function dayIn(value: string | null): string | undefined {
  return value !== null && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** The period of so many days that ends today. */
export function lastDays(days: number, today: string): Pick<Refinement, "from" | "to"> {
  const first = new Date(Date.parse(today) - (days - 1) * 24 * 3_600_000);
  return { from: first.toISOString().slice(0, 10), to: today };
}

/** Where a hit is opened: its conversation, with the message to jump to behind `#`. */
export function addressOfHit(view: string, conversationId: string, messageId: string, search: string): string {
  return `/inbox/${view}/${conversationId}${search}#message=${encodeURIComponent(messageId)}`;
}
