/** The ledger of deliveries: its rows, one of them with all that is known of it, and sending one again. */
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { ApiProblem } from "@/shared/api/problem";
import type { Page } from "@/shared/api/types";
import { useTimeStyle } from "@/shared/time/times";

import { queryOf, type DeliveryFilter } from "../model/deliveries";
import type { Delivery, DeliveryDetail } from "./ledgerTypes";

const LIST_MS = 5000;
const OPEN_MS = 2000;
/** A list that somebody has read far into is not asked for again by itself. */
const PAGES_LIVE = 3;

const ONE = "/api/v1/webhook-deliveries/{delivery_id}";
const byId = (id: string) => ({ params: { path: { delivery_id: id } } });

const LIST = keys.webhookDeliveries();
const keyOf = (id: string) => keys.webhookDelivery(id);

/** No event tells of deliveries: the list is looked at again every few seconds while it is open. */
export function useDeliveries(webhookId: string | null, filter: DeliveryFilter) {
  const { zone } = useTimeStyle();
  const query = queryOf(webhookId, filter, zone);
  return useInfiniteQuery({
    queryKey: keys.webhookDeliveries(query),
    queryFn: ({ pageParam, signal }) => {
      const asked = { ...query, ...(pageParam !== null && { cursor: pageParam }) };
      return unwrap<Page<Delivery>>(api.GET("/api/v1/webhook-deliveries", { params: { query: asked }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    select: ({ pages }) => unique(pages.flatMap(({ items }) => items)),
    placeholderData: keepPreviousData,
    refetchOnMount: "always",
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= PAGES_LIVE ? LIST_MS : false),
  });
}

/** A delivery that moved between two pages while they were read stands in both. */
function unique(rows: readonly Delivery[]): Delivery[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

/** One delivery, looked at again while it waits. */
export function useDelivery(id: string) {
  return useQuery({
    queryKey: keyOf(id),
    queryFn: ({ signal }) => unwrap<DeliveryDetail>(api.GET(ONE, { ...byId(id), signal })),
    refetchInterval: ({ state }) => (state.data?.state === "waiting" ? OPEN_MS : false),
    refetchOnMount: "always",
    retry: (times, error) => times < 2 && !(error instanceof ApiProblem && error.status === 404),
  });
}

/**
 * Sends a delivery again, marked as sent by hand: a new delivery. One that waits for its retry is sent now and stays
 * the same.
 */
export function useResend() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap<Delivery>(api.POST(`${ONE}/resend`, byId(id))),
    onSuccess: ({ id }) => Promise.all([LIST, keyOf(id)].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
