export { PresenceCommands } from "./components/PresenceCommands";
export { PresenceItems } from "./components/PresenceItems";
