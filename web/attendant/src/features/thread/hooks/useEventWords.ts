import { useTranslation } from "react-i18next";

import type { TimelineEntry } from "@/shared/api/types";
import { useMe } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { serverClock } from "@/shared/time/clock";
import { exactTime, snoozeTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

import { detailsOf, targetOf, wordOf } from "../model/timeline";

/** What an event of the timeline says, in the reader's language. */
export function useEventWords(): (entry: TimelineEntry) => string {
  const { t } = useTranslation(["desk", "thread"]);
  const me = useMe();
  const style = useTimeStyle();
  return (entry) => {
    const word = wordOf(entry);
    const { until } = detailsOf(entry);
    const target = targetOf(entry);
    const to = word === "priority" ? t(`thread:priority.${target as "low"}`) : neutralName(target);
    const time = until
      ? Date.parse(until) > serverClock.now()
        ? snoozeTime(until, serverClock.now(), style)
        : exactTime(until, style)
      : "";
    return t(`event.${word}`, { who: who(entry), to: to || t("timeline.someone"), time });
  };

  function who({ actor }: TimelineEntry): string {
    if (actor.id && actor.id === me.id) return t("timeline.you");
    if (actor.type === "system") return t("timeline.system");
    return neutralName(actor.name ?? "") || t(actor.type === "contact" ? "timeline.customer" : "timeline.someone");
  }
}
