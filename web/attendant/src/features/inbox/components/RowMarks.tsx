import {
  IconAlarm,
  IconAlertTriangle,
  IconAt,
  IconChevronDown,
  IconChevronsUp,
  IconChevronUp,
  IconClock,
  IconEye,
  IconStarFilled,
  IconWorld,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import type { StandingLevel } from "@/shared/conversations/serviceLevel";
import { SnoozeMark } from "@/shared/conversations/SnoozeMark";
import { useStanding } from "@/shared/conversations/useStanding";
import { useShownMarks, type Mark } from "@/shared/marks/catalogue";
import { colorOf } from "@/shared/marks/MarkChip";
import { useViewers } from "@/shared/realtime/RealtimeProvider";
import { neutralName } from "@/shared/text/neutral";
import { toMs, waitingTime } from "@/shared/time/format";
import { useNow } from "@/shared/time/ticker";
import { RelativeTime, useTimeStyle, WaitingTime } from "@/shared/time/times";
import { Avatar } from "@/shared/ui/Avatar";

import { waitingLevel, type WaitingLevel } from "../model/waiting";
import classes from "./Row.module.css";

const LABELS_SHOWN = 2;
const UNREAD_SHOWN = 99;
const MINUTE = 60_000;

/** For how long the customer has been waiting; of a conversation that nobody waits for, when something happened last. */
export function RowTime({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation("inbox");
  const now = useNow("minute");
  const { language } = useTimeStyle();
  const standing = useStanding(conversation);
  const pressing = standing?.level === "near" || standing?.level === "missed";
  const since = conversation.status === "closed" ? null : conversation.waiting_since;
  if (!since && !pressing) return <RelativeTime at={conversation.last_activity_at} className={classes.time} />;
  const fresh = since && now - toMs(since) < MINUTE;
  const waiting = fresh ? t("row.waiting_now") : since && t("row.waiting", { time: waitingTime(since, now, language) });
  const label = [waiting, standing?.words].filter(Boolean).join(". ");
  // Where the company has targets they say what is late, not our own notion of a long time.
  const level = standing ? ROW_LEVELS[standing.level] : since && waitingLevel(toMs(since), now);
  const Sign = standing ? ROW_SIGNS[standing.level] : IconClock;
  return (
    <span className={classes.waiting} data-level={level} title={label}>
      <Sign size={14} stroke={pressing ? 2 : 1.75} role="img" aria-label={label} />
      {since ? <WaitingTime at={since} /> : <RelativeTime at={conversation.last_activity_at} />}
    </span>
  );
}

const ROW_LEVELS: Record<StandingLevel, WaitingLevel> = {
  fine: "fine",
  paused: "fine",
  near: "long",
  missed: "too_long",
};

/** Not by the colour alone. */
const ROW_SIGNS: Record<StandingLevel, Icon> = {
  fine: IconClock,
  paused: IconClock,
  near: IconAlarm,
  missed: IconAlertTriangle,
};

const PRIORITY_GLYPHS: Record<"low" | "high" | "urgent", Icon> = {
  low: IconChevronDown,
  high: IconChevronUp,
  urgent: IconChevronsUp,
};

/** Beside the name: favourite, priority, and who is looking at it. */
export function RowGlyphs({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation(["inbox", "desk"]);
  const viewers = useViewers(conversation.id);
  const { priority, favourite } = conversation;
  const names = viewers.map(({ name }) => neutralName(name ?? "") || t("row.someone")).join(", ");
  const Priority = priority === "normal" ? null : PRIORITY_GLYPHS[priority];
  return (
    <span className={classes.glyphs}>
      {conversation.thread?.public && (
        <span key="public" className={classes.public} title={t("row.public")}>
          <IconWorld size={12} stroke={2} aria-hidden />
          {t("row.public_badge")}
        </span>
      )}
      {favourite && (
        <IconStarFilled size={13} className={classes.star} role="img" aria-label={t("row.favourite")} key="star" />
      )}
      {Priority !== null && priority !== "normal" && (
        <Priority
          key="priority"
          size={15}
          stroke={2.25}
          className={classes.priority}
          data-priority={priority}
          role="img"
          aria-label={t(`priority.${priority}`)}
          title={t(`priority.${priority}`)}
        />
      )}
      <SnoozeMark key="snooze" conversation={conversation} />
      {conversation.mention_sequence ? (
        <IconAt
          key="mention"
          size={15}
          stroke={2.25}
          className={classes.mention}
          role="img"
          aria-label={t("desk:mention.unread")}
          title={t("desk:mention.unread")}
        />
      ) : null}
      {viewers.length > 0 && (
        <span key="viewers" className={classes.viewers} title={t("row.viewing", { name: names })}>
          <IconEye size={14} stroke={1.75} role="img" aria-label={t("row.viewing", { name: names })} />
        </span>
      )}
    </span>
  );
}

function RowLabels({ labels }: { labels: readonly Mark[] }) {
  const { t } = useTranslation("inbox");
  const marks = useShownMarks("label", labels);
  const more = marks.length - LABELS_SHOWN;
  return (
    <span className={classes.labels}>
      {marks.slice(0, LABELS_SHOWN).map(({ id, name, color }) => (
        <span key={id} className={classes.label} style={colorOf(color)} title={name}>
          <bdi>{name}</bdi>
        </span>
      ))}
      {more > 0 && <span title={t("row.more_labels", { count: more })}>{`+${more}`}</span>}
    </span>
  );
}

/** At the end of the second line: status where the view does not say it, labels, whose it is, unread. */
export function RowEnd({ conversation, me, view }: { conversation: Conversation; me: string; view: string }) {
  const { t } = useTranslation("inbox");
  const { assignee, contact, unread_count: unread, status } = conversation;
  const labels = contact.labels;
  const assigneeName = neutralName(assignee?.name ?? "") || t("row.someone");
  return (
    <span className={classes.end}>
      {labels.length > 0 && <RowLabels labels={labels} />}
      {status === "closed" && view !== "closed" && <span key="closed">{t("status.closed")}</span>}
      {status === "queued" && view !== "queue" && view !== "mine" && <span key="queued">{t("status.queued")}</span>}
      {(status === "bot" || status === "snoozed") && status !== view && (
        <span key="status">{t(`status.${status}`)}</span>
      )}
      {conversation.team && view !== "queue" && (
        <bdi key="team" className={classes.team} title={t("row.team", { name: conversation.team.name ?? "—" })}>
          {conversation.team.name}
        </bdi>
      )}
      {assignee && assignee.id !== me && (
        <span
          key="assignee"
          className={classes.assignee}
          role="img"
          aria-label={t("row.assignee", { name: assigneeName })}
          title={t("row.assignee", { name: assigneeName })}
        >
          <Avatar id={assignee.id} name={assigneeName} size={20} />
        </span>
      )}
      {unread > 0 && (
        <span key="unread" className={classes.unread} role="img" aria-label={t("row.unread", { count: unread })}>
          {unread > UNREAD_SHOWN ? `${UNREAD_SHOWN}+` : unread}
        </span>
      )}
    </span>
  );
}
