import { useTranslation } from "react-i18next";

import type { QueueEntry, QueueReason } from "@/shared/routing/types";
import { neutralName } from "@/shared/text/neutral";
import { serverClock } from "@/shared/time/clock";
import { snoozeTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

/** `behind` is left out: how many come before stands in the place, "3º da fila". */
const KNOWN = [
  "nobody_online",
  "all_full",
  "team_full",
  "outside_hours",
  "manual",
  "no_team",
  "waits_for_known_attendant",
  "rules",
  "excluded",
] as const;

/** Why something waits, in words; a reason of a later version is left out. */
export function useReasons(): (entry: QueueEntry) => string[] {
  const { t } = useTranslation("queue");
  const style = useTimeStyle();
  const words = ({ code, until, attendant }: QueueReason) => {
    const known = KNOWN.find((one) => one === code);
    if (known === undefined) return null;
    const time = until ? snoozeTime(until, serverClock.now(), style) : "—";
    if (known === "excluded" && until) return t("reason.excluded_until", { time });
    return t(`reason.${known}`, { time, name: neutralName(attendant?.name ?? "") || t("somebody") });
  };
  return ({ reasons }) => reasons.map(words).filter((one) => one !== null);
}
