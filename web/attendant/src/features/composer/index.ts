export { Composer } from "./components/Composer";
export { EmojiPicker } from "./components/dialogs";
