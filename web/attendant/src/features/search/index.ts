import { lazyPart } from "@/shared/ui/lazyPart";

export { RecentSearches } from "./components/RecentSearches";
export type { SetFilter } from "./components/Excluding";
export { useSearch, type SearchQuery } from "./api/search";
export { addressOf, useOpenCustomer } from "./hooks/useOpenCustomer";
export { joined } from "./model/groups";
export { remember } from "./model/recent";
export { addressOfHit, refinementOf, withRefinement, type Refinement } from "./model/refinement";

export const loadFound = () => import("./components/found");
export const SearchChips = lazyPart(async () => (await loadFound()).SearchChips);
export const SearchResults = lazyPart(async () => (await loadFound()).SearchResults);
export const SearchTabs = lazyPart(async () => (await loadFound()).SearchTabs);
