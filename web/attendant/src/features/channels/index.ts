import { IconMessages, IconPlug } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export { useChannels } from "./api/channels";

/** The pages below `/channels`, each fetched when it is opened; whoever shows one makes it a lazy part. */
export const pages = {
  Channel: async () => (await import("./components/ChannelPage")).ChannelPage,
  Channels: async () => (await import("./components/ChannelsPage")).ChannelsPage,
  Connect: async () => (await import("./components/ConnectPage")).ConnectPage,
  Setup: async () => (await import("./components/SetupPage")).SetupPage,
};

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
