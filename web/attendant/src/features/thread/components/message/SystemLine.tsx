import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "react-router";

import { displayName, neutralName } from "@/shared/text/neutral";
import { ClockTime } from "@/shared/time/times";

import { useThreadActions } from "../../hooks/threadContext";
import type { Shown } from "../../model/shown";
import classes from "./message.module.css";

const REASONS = [
  "conversation_closed",
  "conversation_taken",
  "window_closed",
  "channel_removed",
  "author_deactivated",
  "contact_unreachable",
] as const;
const NOTICES = ["identity_changed", "user_id_changed", "group_moved", "reachable"] as const;
const UNREACHABLE = ["blocked", "left", "gone"] as const;
const ACTIONS = ["edit", "delete", "hide", "show"] as const;
const NOT_ASKED = ["blocked", "window_closed", "channel", "unreachable", "loop"] as const;

/** Something that happened, without a bubble, in words. */
export function SystemLine({ row }: { row: Shown }) {
  const { t } = useTranslation("thread");
  const { t: ratings } = useTranslation("ratings");
  const { view = "all" } = useParams();
  const { search } = useLocation();
  const { jumpTo } = useThreadActions();
  const { message } = row;
  const content = message.content as { type?: string; [more: string]: unknown };
  return (
    <div
      className={classes.system}
      data-row={row.key}
      data-sequence={message.sequence}
      data-message={message.id}
      tabIndex={-1}
    >
      <span>{words()}</span> <ClockTime at={message.occurred_at} />
    </div>
  );

  function words() {
    if (content.type === "number_changed") {
      const { previous_phone: before, phone } = content as { previous_phone?: string | null; phone?: string | null };
      return before && phone ? t("system.number_changed", { before, phone }) : t("system.number_changed_unknown");
    }
    if (content.type === "continued_in" || content.type === "continued_from") {
      const { conversation_id: id, number } = content as unknown as { conversation_id: string; number: number };
      return (
        <>
          <span>{t(`system.${content.type}`)}</span>{" "}
          <Anchor component={Link} to={{ pathname: `/inbox/${view}/${id}`, search }} inherit>
            {t("system.conversation", { number })}
          </Anchor>
        </>
      );
    }
    if (content.type === "scheduled_failed") {
      const { author_name: author, reason } = content as { author_name?: string | null; reason?: string };
      const why = REASONS.find((one) => one === reason) ?? "other";
      return t("system.scheduled_failed", {
        name: displayName(author) || t("system.someone"),
        reason: t(`system.scheduled_failed_reason.${why}`),
      });
    }
    if (content.type === "contacts_merged" || content.type === "contacts_separated") {
      const { name } = content as { name?: string | null };
      return t(`system.${content.type}`, { name: neutralName(name ?? "") || t("system.nameless") });
    }
    if (content.type === "unreachable") {
      return t(`system.unreachable.${UNREACHABLE.find((one) => one === content["reason"]) ?? "other"}`);
    }
    if (content.type === "came_from") {
      const title = message.referral?.headline ?? message.referral?.body;
      return title ? t("system.came_from_title", { title }) : t("system.came_from");
    }
    if (content.type === "action_failed") {
      const { action, message_id: about } = content as unknown as { action: string; message_id: string };
      return (
        <>
          <span>{t(`system.action_failed.${ACTIONS.find((one) => one === action) ?? "other"}`)}</span>{" "}
          <Anchor component="button" type="button" inherit onClick={() => jumpTo(about)}>
            {t("system.see_message")}
          </Anchor>
        </>
      );
    }
    if (content.type === "automatic_replies_stopped") return ratings("system.stopped");
    const reason = NOT_ASKED.find((one) => one === content["reason"]);
    if (content.type === "rating_not_asked" && reason !== undefined) {
      return ratings(`system.rating_not_asked.${reason}`);
    }
    const known = NOTICES.find((notice) => notice === content.type);
    return known === undefined ? (message.text ?? t("system.other")) : t(`system.${known}`);
  }
}
