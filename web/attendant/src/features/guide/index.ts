export { Guide } from "./components/Guide";
