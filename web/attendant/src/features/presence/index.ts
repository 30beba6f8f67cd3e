export { loadPresence } from "./load";
