export { PresenceCommands } from "./components/PresenceCommands";
