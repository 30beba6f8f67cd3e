export { ThreadPane } from "./components/ThreadPane";
