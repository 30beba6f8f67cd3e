import { IconAlertTriangle, IconCheck, IconClockHour4, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { DeliveryState } from "../../api/ledgerTypes";
import classes from "./deliveries.module.css";

const ICONS = { delivered: IconCheck, failed: IconAlertTriangle, waiting: IconClockHour4, dropped: IconTrash } as const;

/** The state of a delivery: a mark and its word. */
export function StateMark({ state }: { state: DeliveryState }) {
  const { t } = useTranslation("deliveries");
  const Icon = ICONS[state];
  return (
    <span className={classes.state} data-state={state}>
      <Icon size={16} stroke={2} aria-hidden />
      {t(`state.${state}`)}
    </span>
  );
}
