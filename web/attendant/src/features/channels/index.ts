import { IconPlug } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";

export { ChannelPage } from "./components/ChannelPage";
export { ChannelsPage } from "./components/ChannelsPage";
export { ConnectPage } from "./components/ConnectPage";
export { SetupPage } from "./components/SetupPage";
export { useChannels } from "./api/channels";

/** Where somebody looks for them who looks for everything in the settings. */
export const channelsPage = settingsPage({
  id: "channels",
  group: "company",
  icon: IconPlug,
  permission: "channels:manage",
  namespace: "channels",
  to: "/channels",
  Component: () => null,
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});
