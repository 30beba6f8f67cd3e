import { IconForms } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export { useFields } from "./api/fields";

export const fieldsPage = settingsPage({
  id: "fields",
  group: "company",
  icon: IconForms,
  permission: "settings:manage",
  namespace: "fields",
  Component: lazyPart(async () => (await import("./components/FieldsPage")).FieldsPage),
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});
