/** What of the ledger of deliveries is asked for, as it stands in the address, and which rows of the answer show. Pure. */
import { momentOf } from "@/shared/time/zoned";

import type { DeliveryState } from "../api/ledgerTypes";

export const STATES = ["waiting", "delivered", "failed", "dropped"] as const satisfies readonly DeliveryState[];

/** Days as "2026-11-22", in the company's zone; both are in the period. */
export interface DeliveryFilter {
  state?: DeliveryState | undefined;
  type?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  q?: string | undefined;
}

const FIELDS = ["state", "type", "from", "to", "q"] as const;
const DAY = /^\d{4}-\d\d-\d\d$/;
const PAGE = 50;
const DAY_MS = 24 * 60 * 60 * 1000;

const isState = (text: string): text is DeliveryState => STATES.some((state) => state === text);

/** The filter that an address holds; what is none of its words is left out. */
export function filterOf(params: URLSearchParams): DeliveryFilter {
  const filter: DeliveryFilter = {};
  for (const field of FIELDS) {
    const value = params.get(field)?.trim() ?? "";
    if (value === "") continue;
    if (field === "state") {
      if (isState(value)) filter.state = value;
    } else if (field === "from" || field === "to") {
      if (DAY.test(value)) filter[field] = value;
    } else {
      filter[field] = value;
    }
  }
  return filter;
}

/** The query of the address with a field of the filter changed. */
export function withField(
  params: URLSearchParams,
  field: keyof DeliveryFilter,
  value: string | undefined,
): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value === undefined || value === "") next.delete(field);
  else next.set(field, value);
  return next;
}

/** Whether not everything is asked for. */
export const isFiltered = ({ state, type, from, to, q }: DeliveryFilter): boolean =>
  [state, type, from, to, q].some((value) => value !== undefined);

/** The period of a filter as moments. One that ends before it begins has no end. */
export function periodOf({ from, to }: DeliveryFilter, zone: string): { since?: string; until?: string } {
  const begin = beginOf(from, zone);
  const end = beginOf(dayAfter(to), zone);
  const open = end === undefined || (begin !== undefined && end <= begin);
  return {
    ...(begin !== undefined && { since: new Date(begin).toISOString() }),
    ...(!open && { until: new Date(end).toISOString() }),
  };
}

/** What is asked of the server; `webhookId`: of one webhook, null: of all. */
export function queryOf(webhookId: string | null, filter: DeliveryFilter, zone: string) {
  const { state, type, q } = filter;
  return {
    limit: PAGE,
    ...(webhookId !== null && { webhook_id: webhookId }),
    ...(state !== undefined && { state }),
    ...(type !== undefined && { event_type: type }),
    ...(q !== undefined && { q }),
    ...periodOf(filter, zone),
  };
}

function beginOf(day: string | undefined, zone: string): number | undefined {
  const moment = day === undefined ? Number.NaN : momentOf(`${day}T00:00`, zone);
  return Number.isNaN(moment) ? undefined : moment;
}

function dayAfter(day: string | undefined): string | undefined {
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? undefined : new Date(at + DAY_MS).toISOString().slice(0, 10);
}

const PLACE = "/settings/webhooks";

/** Where the deliveries of a webhook are, or of all; and one of them. */
export function deliveriesPath(webhookId: string | null, deliveryId: string | null = null): string {
  const list = webhookId === null ? `${PLACE}/deliveries` : `${PLACE}/${webhookId}/deliveries`;
  return deliveryId === null ? list : `${list}/${encodeURIComponent(deliveryId)}`;
}

export const webhookPath = (webhookId: string): string => `${PLACE}/${webhookId}`;
export const replayPath = (webhookId: string): string => `${PLACE}/${webhookId}/replay`;

export interface Settled<T> {
  shown: readonly T[];
  /** How many have come since, above or between those that show. */
  fresh: number;
}

/**
 * The rows that show, so that none moves under the cursor: what came since `known` were looked at waits behind a count.
 * What stands below the last known row was asked for, and shows.
 */
export function settled<T extends { id: string }>(rows: readonly T[], known: ReadonlySet<string>): Settled<T> {
  const last = rows.findLastIndex(({ id }) => known.has(id));
  const shown = rows.filter(({ id }, place) => place > last || known.has(id));
  return { shown, fresh: rows.length - shown.length };
}
