/** Pages of the settings about who gets a conversation, and when. */
import { IconArrowsSplit2, IconClockHour4, IconHourglass, IconStack2, IconUsersGroup } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export const teamsPage = settingsPage({
  id: "teams",
  group: "company",
  icon: IconUsersGroup,
  permission: "settings:manage",
  namespace: "teams",
  Component: lazyPart(async () => (await import("./components/teams/TeamsPage")).TeamsPage),
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});

export const hoursPage = settingsPage({
  id: "hours",
  group: "company",
  icon: IconClockHour4,
  permission: "settings:manage",
  namespace: "hours",
  Component: lazyPart(async () => (await import("./components/hours/HoursPage")).HoursPage),
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});

export const rulesPage = settingsPage({
  id: "rules",
  group: "company",
  icon: IconArrowsSplit2,
  permission: "settings:manage",
  namespace: "rules",
  Component: lazyPart(async () => (await import("./components/rules/RulesPage")).RulesPage),
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});

export const targetsPage = settingsPage({
  id: "targets",
  group: "company",
  icon: IconHourglass,
  permission: "settings:manage",
  namespace: "targets",
  Component: lazyPart(async () => (await import("./components/targets/TargetsPage")).TargetsPage),
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});

export const distributionPage = settingsPage({
  id: "distribution",
  group: "company",
  icon: IconStack2,
  permission: "settings:manage",
  namespace: "distribution",
  Component: lazyPart(async () => (await import("./components/distribution/DistributionPage")).DistributionPage),
  texts: (t) => ({
    title: t("title"),
    words: t("words"),
    settings: [
      { id: "distribution-team", label: t("queue.team") },
      { id: "distribution-return", label: t("queue.return") },
      { id: "telling-position", label: t("telling.position") },
      { id: "telling-overdue", label: t("telling.overdue") },
      { id: "inactivity-no-answer", label: t("inactivity.no_answer") },
      { id: "inactivity-accept", label: t("inactivity.accept") },
      { id: "inactivity-remind", label: t("inactivity.remind") },
      { id: "inactivity-close", label: t("inactivity.close") },
      { id: "reopening-within", label: t("reopening.within") },
      { id: "presence-untouched", label: t("presence.untouched") },
      { id: "presence-grace", label: t("presence.grace") },
      { id: "presence-release-offline", label: t("presence.release.offline") },
      { id: "presence-breaks", label: t("breaks.title") },
      { id: "away-reasons", label: t("reasons.title") },
    ],
  }),
});

export const routingPages = [teamsPage, hoursPage, rulesPage, targetsPage, distributionPage];
