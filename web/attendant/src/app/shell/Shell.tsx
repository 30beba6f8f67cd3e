import { Suspense, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation, useMatch, useNavigate } from "react-router";

import { useKeyboard } from "@/shared/keyboard/useShortcut";
import { useNeedsType } from "@/shared/marks/catalogue";
import { useOpenedFromNotification } from "@/shared/realtime/RealtimeProvider";
import { useMay } from "@/shared/session/SessionProvider";
import { PhonePanel } from "@/features/sandbox";
import { loadWebhookNotice } from "@/features/webhookNotice";
import { LiveRegion } from "@/shared/ui/LiveRegion";
import { PartBoundary } from "@/shared/ui/PartBoundary";
import { lazyPart } from "@/shared/ui/lazyPart";
import { useSettled } from "@/shared/ui/settled";

import { OfflineBanner } from "./OfflineBanner";
import { Rail } from "./Rail";
import classes from "./Shell.module.css";
import { ScheduledNotices } from "./ScheduledNotices";
import { UpdateNotice } from "./UpdateNotice";

const WebhookNotice = lazyPart(async () => (await loadWebhookNotice()).WebhookNotice);
const Afterwards = lazyPart(async () => (await import("./Afterwards")).Afterwards);

/** The frame around every page: the rail at the left, the page beside it. */
export function Shell() {
  const { t } = useTranslation("app");
  const { pathname } = useLocation();
  // On a phone an open conversation has the whole screen; its own back button leads out.
  const inConversation = useMatch("/inbox/:view/:conversationId") !== null;
  const navigate = useNavigate();
  const mayRead = useMay("conversations:read");
  const mayWebhooks = useMay("webhooks:manage");
  const settled = useSettled();
  useKeyboard();
  useNeedsType(); // so that it is known before the first closing
  useOpenedFromNotification(useCallback((id: string) => void navigate(`/inbox/all/${id}`), [navigate]));
  return (
    <div className={classes.shell} data-conversation={inConversation || undefined}>
      <a className={classes.skip} href="#main">
        {t("rail.skip")}
      </a>
      <Rail />
      <div className={classes.side}>
        <OfflineBanner />
        {mayWebhooks && settled && (
          <PartBoundary part="webhooks-notice">
            <Suspense fallback={null}>
              <WebhookNotice />
            </Suspense>
          </PartBoundary>
        )}
        <main id="main" tabIndex={-1} className={classes.page}>
          <PartBoundary part="page" resetKey={pathname.split("/", 2).join("/")}>
            <Outlet />
          </PartBoundary>
        </main>
      </div>
      <PhonePanel />
      <UpdateNotice />
      {mayRead && <ScheduledNotices />}
      {settled && (
        <PartBoundary part="palette">
          <Suspense fallback={null}>
            <Afterwards />
          </Suspense>
        </PartBoundary>
      )}
      <LiveRegion />
    </div>
  );
}
