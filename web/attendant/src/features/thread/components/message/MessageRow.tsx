import { IconLock, IconTrash } from "@tabler/icons-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { PartBoundary } from "@/shared/ui/PartBoundary";

import { useIsEditing } from "../../hooks/editing";
import { useThreadActions } from "../../hooks/threadContext";
import { useHover } from "../../hooks/useHover";
import { useMessageRow } from "../../hooks/useMessageRow";
import { contextOf, filesOf } from "../../model/context";
import { sideOf } from "../../model/entries";
import type { Shown } from "../../model/shown";
import { MessageBody } from "../body/MessageBody";
import { ActionBar } from "./ActionBar";
import { AutomaticLabel } from "./AutomaticLabel";
import { EditBox } from "./EditBox";
import { Edited } from "./Edited";
import { Failure } from "./Failure";
import { ForwardedLabel, HiddenLabel, PrivateReplyLabel } from "./labels";
import classes from "./message.module.css";
import { OnItsWay } from "./OnItsWay";
import { Quote } from "./Quote";
import { Reactions } from "./Reactions";
import { Referral } from "./Referral";
import { SharedCard } from "./SharedCard";
import { Tags } from "./Tags";
import { Ticks } from "./Ticks";

interface Props {
  row: Shown;
  first: boolean;
  last: boolean;
  /** Who wrote it, for those who do not see whose group it stands in. */
  author: string;
}

/** One message: bubble, marks, reactions, what went wrong, and what can be done with it. */
export const MessageRow = memo(function MessageRow({ row, first, last, author }: Props) {
  const { t } = useTranslation("thread");
  const { t: marks } = useTranslation("marks");
  const [touched, setTouched] = useState(false);
  const [picking, setPicking] = useState(false);
  const { settled, selected, element } = useMessageRow(row, author);
  const { message, outgoing, quoted } = row;
  const side = sideOf(message);
  const { editing } = useThreadActions();
  const isEditing = useIsEditing(editing, message.id);
  const hover = useHover(setTouched);
  const status = outgoing === null ? message.status : "pending";

  return (
    <div
      className={classes.row}
      data-side={side}
      data-first={first || undefined}
      data-last={last || undefined}
      data-hidden={message.hidden || undefined}
      {...element}
      {...hover}
      onFocus={() => setTouched(true)}
      onBlur={({ currentTarget, relatedTarget }) => !currentTarget.contains(relatedTarget) && setTouched(false)}
    >
      {selected !== null && settled && (
        <input
          type="checkbox"
          className={classes.check}
          checked={selected}
          readOnly
          tabIndex={-1}
          aria-label={marks("select.one")}
        />
      )}
      <div className={classes.line}>
        <div
          className={classes.bubble}
          data-bare={isBare(message) || undefined}
          data-media={isMedia(message) || undefined}
        >
          <PartBoundary part="message">
            {isEditing ? <EditBox message={message} /> : <Inside message={message} quoted={quoted} />}
          </PartBoundary>
          {settled && !isEditing && selected === null && (touched || picking) && (
            <ActionBar message={message} picking={picking} setPicking={setPicking} />
          )}
        </div>
        {side === "own" && status && <Ticks status={status} />}
        {side === "note" && (
          <span className={classes.ticks} title={t("note.only_team")}>
            <IconLock size={14} aria-hidden />
          </span>
        )}
      </div>
      <Reactions message={message} />
      <Tags message={message} />
      {outgoing !== null && <OnItsWay item={outgoing} />}
      {outgoing === null && message.status === "failed" && <Failure message={message} />}
    </div>
  );
});

function Inside({ message, quoted }: { message: Message; quoted: Message | undefined }) {
  const { t } = useTranslation("thread");
  const style = useTimeStyle();
  if (message.deleted_at) {
    return (
      <span className={classes.deleted} title={exactTime(message.deleted_at, style)}>
        <IconTrash size={16} aria-hidden />
        <span>{message.author.type === "contact" ? t("deleted.by_customer") : t("deleted.by_us")}</span>
      </span>
    );
  }
  const { shared } = contextOf(message);
  return (
    <>
      {message.hidden && <HiddenLabel />}
      {message.automatic && <AutomaticLabel automatic={message.automatic} />}
      <ForwardedLabel message={message} />
      {message.referral && <Referral referral={message.referral} />}
      {shared && <SharedCard shared={shared} message={message} />}
      <Quote message={message} quoted={quoted} />
      <MessageBody message={message} />
      <Edited message={message} />
      {message.private_reply && <PrivateReplyLabel reply={message.private_reply} />}
    </>
  );
}

/** A sticker stands without a bubble. */
function isBare(message: Message): boolean {
  return message.kind === "sticker" && !message.deleted_at && !message.reply_to && !contextOf(message).shared;
}

/** A picture or video fills its bubble. */
function isMedia(message: Message): boolean {
  const { kind, deleted_at: deleted } = message;
  return (kind === "image" || kind === "video") && filesOf(message)[0]?.state === "ready" && !deleted;
}
