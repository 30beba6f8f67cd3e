/** What external systems are told, by requests to addresses of the company's. */
import { IconWebhook } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export const webhooksPage = settingsPage({
  id: "webhooks",
  group: "company",
  icon: IconWebhook,
  permission: "webhooks:manage",
  namespace: "webhooks",
  Component: lazyPart(async () => (await import("./components/WebhooksPage")).WebhooksPage),
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});

/** What tells of webhooks that were disabled, on every page; for a `lazyPart`, which cannot have another one in it. */
export const loadDisabledBanner = async () => (await import("./components/banner/DisabledBanner")).DisabledBanner;
