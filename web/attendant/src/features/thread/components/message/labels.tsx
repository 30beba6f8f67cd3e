import { IconArrowForwardUp, IconEyeOff, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "react-router";

import type { Message } from "@/shared/api/types";
import { neutralName } from "@/shared/text/neutral";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

import { contextOf } from "../../model/context";
import classes from "./message.module.css";

/** That somebody else wrote it first, and who, where the channel tells. */
export function ForwardedLabel({ message }: { message: Message }) {
  const { t } = useTranslation("thread");
  const from = neutralName(contextOf(message).forwarded_from ?? "");
  if (from === "" && message.forwarded === "no") return null;
  return (
    <span className={classes.label}>
      <IconArrowForwardUp size={14} aria-hidden />
      <span>
        {from === ""
          ? t(`forwarded.${message.forwarded === "often" ? "often" : "once"}`)
          : t("forwarded.from", { name: from })}
      </span>
    </span>
  );
}

/** Over a public comment that the company has hidden. */
export function HiddenLabel() {
  const { t } = useTranslation("thread");
  return (
    <span className={classes.label} data-hidden>
      <IconEyeOff size={14} aria-hidden />
      <span>{t("hidden.label")}</span>
    </span>
  );
}

/** Under a public comment that was answered in private too; a click goes there. */
export function PrivateReplyLabel({ reply }: { reply: NonNullable<Message["private_reply"]> }) {
  const { t } = useTranslation("thread");
  const { view = "all" } = useParams();
  const { search } = useLocation();
  const style = useTimeStyle();
  return (
    <Link
      className={classes.privateReply}
      to={{ pathname: `/inbox/${view}/${reply.conversation_id}`, search }}
      title={exactTime(reply.at, style)}
    >
      <IconLock size={14} aria-hidden />
      <span>{t("private_reply.done")}</span>
    </Link>
  );
}
