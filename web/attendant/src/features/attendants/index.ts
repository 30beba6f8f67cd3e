import { IconUsers } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export { useAttendants } from "./api/attendants";

export const attendantsPage = settingsPage({
  id: "attendants",
  group: "company",
  icon: IconUsers,
  permission: "attendants:manage",
  namespace: "attendants",
  Component: lazyPart(async () => (await import("./components/AttendantsPage")).AttendantsPage),
  texts: (t) => ({ title: t("title"), words: t("words"), settings: [] }),
});
