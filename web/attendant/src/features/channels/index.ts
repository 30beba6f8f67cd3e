import { IconPlug } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export { useChannels } from "./api/channels";

export const ChannelPage = lazyPart(async () => (await import("./components/ChannelPage")).ChannelPage);
export const ChannelsPage = lazyPart(async () => (await import("./components/ChannelsPage")).ChannelsPage);
export const ConnectPage = lazyPart(async () => (await import("./components/ConnectPage")).ConnectPage);
export const SetupPage = lazyPart(async () => (await import("./components/SetupPage")).SetupPage);

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
