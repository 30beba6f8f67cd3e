/** Files that are made for somebody, and customers from a file. */
import { IconTableImport } from "@tabler/icons-react";

import { settingsPage } from "@/features/settings";
import { lazyPart } from "@/shared/ui/lazyPart";

export { PreparedProgress } from "./components/PreparedProgress";
export { TranscriptDialog } from "./components/TranscriptDialog";

export const importsPage = settingsPage({
  id: "imports",
  group: "company",
  icon: IconTableImport,
  permission: "contacts:import",
  namespace: "papers",
  Component: lazyPart(async () => (await import("./components/imports/ImportsPage")).ImportsPage),
  texts: (t) => ({
    title: t("imports.title"),
    words: t("imports.words"),
    settings: [{ id: "export", label: t("imports.export.label"), words: t("imports.export.words") }],
  }),
});
