export { SettingsFrame } from "./components/SettingsFrame";
export { Setting, SettingsPageLayout } from "./components/SettingsParts";
export { UnsavedChanges } from "./components/UnsavedChanges";
export { useAllowedPages, useSettingsSearch } from "./hooks/useSettingsTexts";
export { settingsPage, type SettingsPage } from "./page";
export { ownPages } from "./pages";
