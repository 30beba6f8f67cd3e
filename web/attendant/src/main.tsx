import "@/shared/security/contentPolicy";
import "@fontsource-variable/inter";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@/shared/theme/tokens.css";
import "@/shared/theme/global.css";

import { createRoot } from "react-dom/client";

import { App } from "@/app/App";
import { setTokenSource } from "@/shared/api/client";
import { createQueryClient } from "@/shared/api/queryClient";
import { startTexts } from "@/shared/i18n";
import { liveOf } from "@/shared/realtime/live";
import { Session } from "@/shared/session/session";
import { preferences } from "@/shared/storage/preferences";
import { tolerateTranslators } from "@/shared/ui/translatedPage";
import { registerServiceWorker } from "@/shared/update/serviceWorker";
import { keepPageOnFileDrops } from "@/shared/ui/fileDrops";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

keepPageOnFileDrops();
tolerateTranslators();
const session = new Session();
setTokenSource(session);
const queryClient = createQueryClient();
session.subscribe(() => {
  const state = session.getState();
  if (state.status === "signed_out" && state.reason === "left") liveOf(queryClient).forget();
});
void session.start();
void registerServiceWorker();
await startTexts(preferences.get().language);
createRoot(root).render(<App session={session} queryClient={queryClient} />);
