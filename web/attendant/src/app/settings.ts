/** All pages of the settings, in the order of their list. A feature brings its own through `settingsPage`. */
import { attendantsPage } from "@/features/attendants";
import { auditPage } from "@/features/audit";
import { labelsPage, tagsPage, typesPage } from "@/features/catalogues";
import { automaticPage } from "@/features/automatic";
import { channelsPage, publicCommentsPage } from "@/features/channels";
import { fieldsPage } from "@/features/fields";
import { importsPage } from "@/features/papers";
import { privacyPage } from "@/features/privacy";
import { repliesPage } from "@/features/replies";
import { routingPages } from "@/features/routing";
import { ratingsPage } from "@/features/ratings";
import { storagePage } from "@/features/storage";
import { webhooksPage } from "@/features/webhooks";
import { ownPages, type SettingsPage } from "@/features/settings";

export const settingsPages: readonly SettingsPage[] = [
  ...ownPages,
  repliesPage,
  attendantsPage,
  ...routingPages,
  channelsPage,
  publicCommentsPage,
  tagsPage,
  labelsPage,
  typesPage,
  automaticPage,
  ratingsPage,
  fieldsPage,
  importsPage,
  webhooksPage,
  privacyPage,
  storagePage,
  auditPage,
];
