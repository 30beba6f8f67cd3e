import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconPlayerPause,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { MARKS, type Standing } from "../model/health";
import classes from "./webhooks.module.css";

const ICONS = {
  disabled: IconCircleX,
  failing: IconCircleX,
  healthy: IconCircleCheck,
  idle: IconCircleDashed,
  paused: IconPlayerPause,
  slowed: IconAlertTriangle,
};

/** How an endpoint is, in a sign and a word. */
export function StandingMark({ standing, className }: { standing: Standing; className?: string | undefined }) {
  const { t } = useTranslation("webhooks");
  const Icon = ICONS[standing];
  return (
    <span className={className}>
      <Icon size={18} stroke={1.75} className={classes.mark} data-mark={MARKS[standing]} aria-hidden />
      {t(`standing.${standing}`)}
    </span>
  );
}
