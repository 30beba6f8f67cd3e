import { IconBolt } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export const repliesPage = settingsPage({
  id: "replies",
  group: "own",
  icon: IconBolt,
  namespace: "replies",
  Component: lazyPart(async () => (await import("./components/RepliesPage")).RepliesPage),
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});
