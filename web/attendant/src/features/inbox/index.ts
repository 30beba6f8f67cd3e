export { InboxPane, useViewsShown } from "./components/InboxPane";
export { ViewsColumn } from "./components/ViewsColumn";
