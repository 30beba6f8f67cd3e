import { IconBookmark, IconCategory, IconTag } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export const tagsPage = settingsPage({
  id: "tags",
  group: "company",
  icon: IconTag,
  permission: "settings:manage",
  namespace: "marks",
  Component: lazyPart(async () => (await import("./components/pages")).TagsPage),
  texts: (t) => ({ title: t("of.tag.title"), words: t("of.tag.words"), settings: [] }),
});

export const labelsPage = settingsPage({
  id: "labels",
  group: "company",
  icon: IconBookmark,
  permission: "settings:manage",
  namespace: "marks",
  Component: lazyPart(async () => (await import("./components/pages")).LabelsPage),
  texts: (t) => ({ title: t("of.label.title"), words: t("of.label.words"), settings: [] }),
});

export const typesPage = settingsPage({
  id: "types",
  group: "company",
  icon: IconCategory,
  permission: "settings:manage",
  namespace: "marks",
  Component: lazyPart(async () => (await import("./components/pages")).TypesPage),
  texts: (t) => ({
    title: t("of.type.title"),
    words: t("of.type.words"),
    settings: [{ id: "type-required", label: t("of.type.required.label") }],
  }),
});
