import { useTranslation } from "react-i18next";

import { useQueueEntry } from "@/shared/routing/queued";
import { neutralName } from "@/shared/text/neutral";
import { timeLeft } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

import { useReasons } from "../useReasons";
import classes from "./queue.module.css";

/** In whole minutes, and not less than one: it is no promise. */
function estimateText(seconds: number, language: string): string {
  return timeLeft(Math.max(60, seconds) * 1000, 0, language) ?? "";
}

/** The third line of a row in the queue: its place, and why it still waits. */
export function QueueLine({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation("queue");
  const { language } = useTimeStyle();
  const entry = useQueueEntry(conversationId);
  const reasonsOf = useReasons();
  if (entry === undefined) return <span className={classes.line} />;
  const team = entry.team ? neutralName(entry.team.name ?? "") : "";
  const reasons = reasonsOf(entry);
  const estimate = entry.estimate_seconds;
  // The team comes last: its name may be long, and the chips above have it too.
  const parts = [
    t("place", { position: entry.position }),
    ...reasons,
    ...(estimate === null ? [] : [t("estimate", { time: estimateText(estimate, language) })]),
    ...(team === "" ? [] : [team]),
  ];
  const text = parts.join(" · ");
  return (
    <span className={classes.line} title={text}>
      <bdi>{text}</bdi>
    </span>
  );
}
