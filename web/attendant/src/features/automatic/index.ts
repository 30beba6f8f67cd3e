import { IconMessageBolt } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export const automaticPage = settingsPage({
  id: "automatic",
  group: "company",
  icon: IconMessageBolt,
  permission: "settings:manage",
  namespace: "automatic",
  Component: lazyPart(async () => (await import("./components/AutomaticPage")).AutomaticPage),
  texts: (t) => ({
    title: t("title"),
    words: t("words"),
    settings: [
      { id: "automatic-protocol", label: t("protocol.title") },
      { id: "automatic-files", label: t("files.title") },
    ],
  }),
});
