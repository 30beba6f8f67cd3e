export { RecentSearches } from "./components/RecentSearches";
export { SearchChips } from "./components/SearchChips";
export { SearchResults } from "./components/SearchResults";
export { SearchTabs } from "./components/SearchTabs";
export { useSearch, type SearchQuery } from "./api/search";
export { addressOf, useOpenCustomer } from "./hooks/useOpenCustomer";
export { joined } from "./model/groups";
export { remember } from "./model/recent";
export { addressOfHit, refinementOf, withRefinement, type Refinement } from "./model/refinement";
