/** What a search shows, one file: fetched after the list, or when somebody searches. */
export { SearchChips } from "./SearchChips";
export { SearchResults } from "./SearchResults";
export { SearchTabs } from "./SearchTabs";
