import { useTranslation } from "react-i18next";

import type { Availability } from "@/shared/routing/types";
import { neutralName } from "@/shared/text/neutral";
import { serverClock } from "@/shared/time/clock";
import { pastTime, snoozeTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

/** How available somebody is, and why, in a few words: "Ausente: Almoço até 13:00". */
export function useAvailabilityWords(): {
  short: (one: Availability) => string;
  why: (one: Availability) => string;
} {
  const { t } = useTranslation("presence");
  const style = useTimeStyle();
  const time = (at: string) => snoozeTime(at, serverClock.now(), style);
  const short = ({ state, reason, until }: Availability) => {
    const name = neutralName(reason?.name ?? "");
    const what = name === "" ? t(`state.${state}`) : t("state.reason", { state: t(`state.${state}`), reason: name });
    return until ? t("state.until", { what, time: time(until) }) : what;
  };
  const why = (one: Availability) => {
    const since = pastTime(one.since, serverClock.now(), style);
    if (one.chosen) return t("why.chosen", { since });
    if (one.state === "away") return one.reason ? t("why.break", { since }) : t("why.untouched", { since });
    return one.state === "offline" ? t("why.no_device", { since }) : t("why.here", { since });
  };
  return { short, why };
}
