import { IconAlertCircleFilled, IconCheck, IconChecks, IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { MessageStatus } from "@/shared/api/types";

import classes from "./message.module.css";

const ICONS = {
  pending: IconClock,
  sent: IconCheck,
  delivered: IconChecks,
  read: IconChecks,
  failed: IconAlertCircleFilled,
} as const;

/** How far one of our messages has come; in words for those who do not see the mark. */
export function Ticks({ status }: { status: MessageStatus }) {
  const { t } = useTranslation("thread");
  const Icon = ICONS[status];
  const words = t(`status.${status}`);
  return (
    <span className={classes.ticks} data-status={status} role="img" aria-label={words} title={words}>
      <Icon size={16} stroke={1.75} aria-hidden />
    </span>
  );
}
