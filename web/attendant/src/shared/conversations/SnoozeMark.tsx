import { IconAlarm, IconClockPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { snoozeTime } from "@/shared/time/format";
import { useNow } from "@/shared/time/ticker";
import { useTimeStyle } from "@/shared/time/times";

import classes from "./SnoozeMenu.module.css";

interface Props {
  conversation: Pick<Conversation, "status" | "snoozed_until" | "woke_at">;
  className?: string | undefined;
  /** Whether there is room for words. */
  words?: boolean;
}

/** Until when a conversation is put aside, or that it came back by itself and nobody has dealt with it. */
export function SnoozeMark({ conversation, className = "", words = false }: Props) {
  const { t } = useTranslation("desk");
  const style = useTimeStyle();
  const now = useNow("minute");
  const { status, snoozed_until: until, woke_at: woke } = conversation;
  if (status === "snoozed") {
    const time = until ? snoozeTime(until, now, style) : null;
    const label = time === null ? t("snooze.until_customer") : t("snooze.until", { time });
    return (
      <span className={`${className} ${classes.mark}`} title={label} role="img" aria-label={label}>
        <IconClockPause size={14} stroke={1.75} aria-hidden />
        {time !== null && <span>{time}</span>}
      </span>
    );
  }
  if (!woke) return null;
  const label = t("snooze.woke");
  return (
    <span className={`${className} ${classes.mark}`} data-woke title={label} role="img" aria-label={label}>
      <IconAlarm size={14} stroke={2} aria-hidden />
      {words && <span>{label}</span>}
    </span>
  );
}
