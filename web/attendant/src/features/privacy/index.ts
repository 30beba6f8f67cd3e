/** Privacy: a customer's data exported and erased, legal holds, how long messages are kept, the log. */
import { IconShieldLock } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export { ContactPrivacy } from "./components/ContactPrivacy";
export { ErasedCustomer, ShownReceipt } from "./components/ErasedCustomer";

export const privacyPage = settingsPage({
  id: "privacy",
  group: "company",
  icon: IconShieldLock,
  permission: "privacy:manage",
  namespace: "privacy",
  Component: lazyPart(async () => (await import("./components/PrivacyPage")).PrivacyPage),
  texts: (t) => ({
    title: t("title"),
    words: t("words"),
    settings: [
      { id: "retention", label: t("retention.label"), words: t("retention.words") },
      { id: "erasures", label: t("erasures.label"), words: t("erasures.words") },
      { id: "log", label: t("log.label"), words: t("log.words") },
    ],
  }),
});
