/** Whether and how the company asks for ratings. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { isOld } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import { ifMatch, unwrapVersioned, type Versioned } from "@/shared/api/versioned";

export type RatingSettings = Required<components["schemas"]["RatingSettings"]>;
export type RatingPreview = components["schemas"]["RatingPreview"];

const PATH = "/api/v1/settings/ratings";

export function useRatingSettings() {
  return useQuery({
    queryKey: keys.setting("ratings"),
    queryFn: async ({ signal }): Promise<Versioned<RatingSettings>> => {
      const { value, version } = await unwrapVersioned(api.GET(PATH, { signal }));
      return { value: value as RatingSettings, version };
    },
  });
}

export function useSaveRatings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ value, version }: Versioned<RatingSettings>) =>
      unwrapVersioned(api.PUT(PATH, { params: ifMatch(version), body: value })),
    onSuccess: (saved) => client.setQueryData(keys.setting("ratings"), saved),
    // What was typed is then laid over what is there now, and can be saved again.
    onError: (error) => {
      if (isOld(error)) void client.invalidateQueries({ queryKey: keys.setting("ratings") });
    },
  });
}

/** How it looks to a customer, also before it is saved; the last one stays while the next is fetched. */
export function useRatingPreview(settings: RatingSettings) {
  return useQuery({
    queryKey: [...keys.setting("ratings"), "preview", settings],
    queryFn: ({ signal }) => unwrap<RatingPreview>(api.POST(`${PATH}/preview`, { body: settings, signal })),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Infinity,
  });
}
