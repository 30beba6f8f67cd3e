import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { nextMoment, standingOf, type Standing } from "@/shared/conversations/serviceLevel";
import { serverClock } from "@/shared/time/clock";
import { exactTime, timeLeft, waitingTime } from "@/shared/time/format";
import { useNowNear, useTimeStyle } from "@/shared/time/times";

export interface ShownStanding extends Standing {
  /** "12 min", for what is left, or for how long it is overdue. */
  time: string;
  /** The whole of it in words: which target, when, of which policy. */
  words: string;
}

/** How the conversation stands against its targets, in words; it follows the clock. */
export function useStanding(conversation: Conversation): ShownStanding | null {
  const { t } = useTranslation("desk");
  const style = useTimeStyle();
  const now = useNowNear(nextMoment(conversation, serverClock.now()));
  const standing = standingOf(conversation, now);
  if (standing === null) return null;
  const target = t(`target.of.${standing.target}`);
  const { level, dueAt, policy, remainingSeconds } = standing;
  if (level === "paused" || dueAt === null) {
    const time = remainingSeconds === null ? "" : (timeLeft(now + remainingSeconds * 1000, now, style.language) ?? "");
    return { ...standing, time, words: t("target.paused", { target, policy, time: time === "" ? "—" : time }) };
  }
  const due = exactTime(dueAt, style);
  const missed = level === "missed";
  const time = missed ? waitingTime(dueAt, now, style.language) : (timeLeft(dueAt, now, style.language) ?? "");
  return { ...standing, time, words: t(`target.${level}`, { target, policy, due, time }) };
}
