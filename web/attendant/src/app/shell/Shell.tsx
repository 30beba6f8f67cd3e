import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation, useMatch, useNavigate } from "react-router";

import { useKeyboard } from "@/shared/keyboard/useShortcut";
import { CommandPalette, KeyboardHelp } from "@/features/palette";
import { TypeQuestionDialog } from "@/shared/marks/TypeQuestionDialog";
import { useOpenedFromNotification } from "@/shared/realtime/RealtimeProvider";
import { useMay } from "@/shared/session/SessionProvider";
import { PhonePanel } from "@/features/sandbox";
import { LiveRegion } from "@/shared/ui/LiveRegion";
import { PartBoundary } from "@/shared/ui/PartBoundary";

import { OfflineBanner } from "./OfflineBanner";
import { Rail } from "./Rail";
import classes from "./Shell.module.css";
import { ScheduledNotices } from "./ScheduledNotices";
import { UpdateNotice } from "./UpdateNotice";
import { useEverywhere } from "./useEverywhere";

/** The frame around every page: the rail at the left, the page beside it. */
export function Shell() {
  const { t } = useTranslation("app");
  const { pathname } = useLocation();
  // On a phone an open conversation has the whole screen; its own back button leads out.
  const inConversation = useMatch("/inbox/:view/:conversationId") !== null;
  const navigate = useNavigate();
  const mayRead = useMay("conversations:read");
  useKeyboard();
  useOpenedFromNotification(useCallback((id: string) => void navigate(`/inbox/all/${id}`), [navigate]));
  return (
    <div className={classes.shell} data-conversation={inConversation || undefined}>
      <a className={classes.skip} href="#main">
        {t("rail.skip")}
      </a>
      <Rail />
      <div className={classes.side}>
        <OfflineBanner />
        <main id="main" tabIndex={-1} className={classes.page}>
          <PartBoundary part="page" resetKey={pathname.split("/", 2).join("/")}>
            <Outlet />
          </PartBoundary>
        </main>
      </div>
      <PhonePanel />
      <UpdateNotice />
      {mayRead && <ScheduledNotices />}
      <CommandPalette useSources={useEverywhere} />
      <KeyboardHelp />
      <TypeQuestionDialog />
      <LiveRegion />
    </div>
  );
}
