export { Composer } from "./components/Composer";
export { EmojiPicker } from "./components/dialogs";
export { DraftsPage } from "./components/unsent/DraftsPage";
export { ScheduledPage } from "./components/unsent/ScheduledPage";
