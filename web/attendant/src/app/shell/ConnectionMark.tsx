import { Tooltip } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import classes from "./Shell.module.css";

function subscribe(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** Whether the client is connected: nothing to see while it is. */
export function ConnectionMark() {
  const { t } = useTranslation("app");
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  if (online) return null;
  return (
    <Tooltip position="right" label={t("rail.offline")}>
      <span className={classes.connection} role="img" aria-label={t("rail.offline")}>
        <IconCloudOff size={18} stroke={1.75} aria-hidden="true" />
      </span>
    </Tooltip>
  );
}
