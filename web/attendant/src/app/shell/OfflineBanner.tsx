import { IconCloudOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useConnectionState } from "@/shared/realtime/RealtimeProvider";

import classes from "./Notices.module.css";

/** Says that nothing arrives and what happens with what is written meanwhile. */
export function OfflineBanner() {
  const { t } = useTranslation("app");
  if (useConnectionState() !== "offline") return null;
  return (
    <div className={classes.banner} role="status">
      <IconCloudOff size={18} stroke={1.75} aria-hidden="true" />
      <span>
        <strong>{t("offline.title")}.</strong> {t("offline.text")}
      </span>
    </div>
  );
}
