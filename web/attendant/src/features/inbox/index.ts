export { InboxPane, useViewsShown } from "./components/InboxPane";
export { ViewsColumn, ViewShortcuts } from "./components/ViewsColumn";
