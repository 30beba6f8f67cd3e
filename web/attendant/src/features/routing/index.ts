/** Pages of the settings about who gets a conversation, and when. */
import { IconUsersGroup } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export const teamsPage = settingsPage({
  id: "teams",
  group: "company",
  icon: IconUsersGroup,
  permission: "settings:manage",
  namespace: "teams",
  Component: lazyPart(async () => (await import("./components/teams/TeamsPage")).TeamsPage),
  texts: (t) => ({
    title: t("title"),
    words: t("words"),
    settings: [],
  }),
});

export const routingPages = [teamsPage];
