export { InboxPane } from "./components/InboxPane";
