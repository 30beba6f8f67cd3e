import { useSyncExternalStore } from "react";

import { useMe } from "@/shared/session/SessionProvider";

import { savedFiltersOf, type SavedFilter, type SavedFilters } from "../model/savedFilters";

/** The attendant's own saved filters, and the store that changes them. */
export function useSavedFilters(): { filters: readonly SavedFilter[]; store: SavedFilters } {
  const store = savedFiltersOf(useMe().id);
  return { filters: useSyncExternalStore(store.subscribe, store.list), store };
}
