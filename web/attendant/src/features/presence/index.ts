export { PresenceDot } from "./components/PresenceDot";
export { loadPresence } from "./load";
