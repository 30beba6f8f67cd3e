/** Whether it is open, what a customer is told, and what the year is like: of hours that are edited, before they are saved. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import type { Page } from "@/shared/api/types";

import { previewable } from "../model/hours";
import { call, keyOf } from "./items";
import type { Holiday, HoursPreview, ValuesOf } from "./types";

const PATH = "/api/v1/hours";
const HOLIDAYS = "/api/v1/holidays";
const AGAIN_MS = 60_000;

export function useHoursPreview(hours: ValuesOf<"hours">, year?: number) {
  const body = { hours: previewable(hours), ...(year !== undefined && { year }) };
  return useQuery({
    queryKey: [...keyOf("hours"), "preview", body],
    queryFn: async ({ signal }) => (await call<HoursPreview>("POST", `${PATH}/preview`, { body, signal })).value,
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN_MS,
    retry: false,
  });
}

/** Of saved hours: "Aberto agora. Fecha às 18:00". */
export function useHoursNow(id: string, version: number) {
  return useQuery({
    queryKey: [...keyOf("hours"), "now", id, version],
    queryFn: async ({ signal }) => (await call<HoursPreview>("GET", `${PATH}/${id}/preview`, { signal })).value,
    refetchInterval: AGAIN_MS,
  });
}

interface Where {
  country: string;
  state: string | null;
}

export function useHolidays({ country, state }: Where, year: number) {
  const query = new URLSearchParams({ country, year: String(year), ...(state !== null && { state }) });
  return useQuery({
    queryKey: [...keyOf("hours"), "holidays", query.toString()],
    queryFn: async ({ signal }) => {
      const found = await call<Page<Holiday>>("GET", `${HOLIDAYS}?${query.toString()}`, { signal });
      return found.value.items;
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
}

export function useCountries() {
  return useQuery({
    queryKey: [...keyOf("hours"), "countries"],
    queryFn: async ({ signal }) => {
      const found = await call<Page<{ code: string; states: string[] }>>("GET", `${HOLIDAYS}/countries`, { signal });
      return found.value.items;
    },
    staleTime: Infinity,
  });
}
