import { Tooltip } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useConnectionState } from "@/shared/realtime/RealtimeProvider";

import classes from "./Shell.module.css";

/** Whether live events arrive: a quiet point while they do. */
export function ConnectionMark() {
  const { t } = useTranslation("app");
  const state = useConnectionState();
  const label = t(`rail.${state}`);
  return (
    <Tooltip position="right" label={label}>
      <span className={classes.connection} role="img" aria-label={label} data-state={state}>
        {state === "offline" ? (
          <IconCloudOff size={18} stroke={1.75} aria-hidden="true" />
        ) : (
          <span className={classes.point} />
        )}
      </span>
    </Tooltip>
  );
}
