import { settingsPages } from "@/app/settings";
import { SettingsFrame } from "@/features/settings";

export function SettingsPage() {
  return <SettingsFrame pages={settingsPages} />;
}
