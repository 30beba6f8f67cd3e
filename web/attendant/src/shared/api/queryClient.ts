import { QueryClient } from "@tanstack/react-query";

import { isPassing } from "@/shared/api/problem";

/** Live events keep what is loaded true, so nothing is fetched again just because time went by. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: 15 * 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 3 && isPassing(error),
        retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 15_000) * (0.5 + Math.random() / 2),
      },
      mutations: { retry: false },
    },
  });
}
