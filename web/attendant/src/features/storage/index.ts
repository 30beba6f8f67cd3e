/** How much room the company's files take, by what they are, and which take the most. */
import { IconDatabase } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export const storagePage = settingsPage({
  id: "storage",
  group: "company",
  icon: IconDatabase,
  permission: "settings:manage",
  namespace: "storage",
  Component: lazyPart(async () => (await import("./components/StoragePage")).StoragePage),
  texts: (t) => ({
    title: t("title"),
    words: t("words"),
    settings: [
      { id: "storage-use", label: t("use.label") },
      { id: "storage-kinds", label: t("kinds.label") },
      { id: "storage-largest", label: t("largest.label") },
    ],
  }),
});
