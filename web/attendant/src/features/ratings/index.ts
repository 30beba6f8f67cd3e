import { IconStar } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export const ratingsPage = settingsPage({
  id: "ratings",
  group: "company",
  icon: IconStar,
  permission: "settings:manage",
  namespace: "ratings",
  Component: lazyPart(async () => (await import("./components/RatingsPage")).RatingsPage),
  texts: (t) => ({
    title: t("title"),
    words: t("words"),
    settings: [
      { id: "ratings-enabled", label: t("enabled") },
      { id: "ratings-question", label: t("question") },
      { id: "ratings-comment", label: t("ask_comment") },
      { id: "ratings-expires", label: t("expires") },
    ],
  }),
});
