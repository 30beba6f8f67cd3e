/** The audit log: who did what on what, when, from where. */
import { IconListSearch } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export const auditPage = settingsPage({
  id: "audit",
  group: "company",
  icon: IconListSearch,
  permission: "audit:read",
  namespace: "audit",
  Component: lazyPart(async () => (await import("./components/AuditPage")).AuditPage),
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});
