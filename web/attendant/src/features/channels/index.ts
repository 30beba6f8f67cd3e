import { IconMessages, IconPlug } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { withTexts } from "@/shared/i18n";
import { lazyPart } from "@/shared/ui/lazyPart";

export { useChannels } from "./api/channels";

export const ChannelPage = lazyPart(
  async () => (await withTexts("settings", () => import("./components/ChannelPage"))).ChannelPage,
);
export const ChannelsPage = lazyPart(
  async () => (await withTexts("settings", () => import("./components/ChannelsPage"))).ChannelsPage,
);
export const ConnectPage = lazyPart(
  async () => (await withTexts("settings", () => import("./components/ConnectPage"))).ConnectPage,
);
export const SetupPage = lazyPart(
  async () => (await withTexts("settings", () => import("./components/SetupPage"))).SetupPage,
);

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

/** Which public comments open a conversation. */
export const publicCommentsPage = settingsPage({
  id: "public-comments",
  group: "company",
  icon: IconMessages,
  permission: "settings:manage",
  namespace: "channels",
  Component: lazyPart(async () => (await import("./components/PublicCommentsPage")).PublicCommentsPage),
  texts: (t) => ({
    title: t("comments.title"),
    words: t("comments.words"),
    settings: [
      { id: "comments-mode", label: t("comments.mode") },
      { id: "comments-limit", label: t("comments.limit") },
    ],
  }),
});
