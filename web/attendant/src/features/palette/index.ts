export { CommandPalette } from "./components/CommandPalette";
export { KeyboardHelp } from "./components/KeyboardHelp";
export { type PaletteEntry, type PaletteSource } from "./entries";
