import { IconArrowForwardUp, IconLock, IconTrash } from "@tabler/icons-react";
import { memo, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { notifyDone } from "@/shared/ui/notify";
import { PartBoundary } from "@/shared/ui/PartBoundary";

import { isWithCustomer, useThreadActions } from "../../hooks/threadContext";
import { useIsSelected } from "../../hooks/selection";
import { useHover } from "../../hooks/useHover";
import { useLongPress } from "../../hooks/useLongPress";
import { sideOf } from "../../model/entries";
import type { Shown } from "../../model/shown";
import { MessageBody } from "../body/MessageBody";
import { ActionBar } from "./ActionBar";
import { AutomaticLabel } from "./AutomaticLabel";
import { Failure } from "./Failure";
import classes from "./message.module.css";
import { OnItsWay } from "./OnItsWay";
import { Quote } from "./Quote";
import { Reactions } from "./Reactions";
import { Referral } from "./Referral";
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
  const actions = useThreadActions();
  const time = useTimeStyle();
  const [touched, setTouched] = useState(false);
  const [picking, setPicking] = useState(false);
  const { selection } = actions;
  const selected = useIsSelected(selection, row.message.id);
  const { message, outgoing, quoted } = row;
  const side = sideOf(message);
  const settled = outgoing === null && !message.deleted_at;
  const hover = useHover(setTouched);
  const longPress = useLongPress((at) => settled && actions.openMenu(message, at));
  const status = outgoing === null ? message.status : "pending";

  const selectable = settled;
  const select = () => {
    if (!selection.toggle(message.id)) notifyDone(marks("select.limit"));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || !settled) return;
    const { key, shiftKey } = event;
    if (key === "ContextMenu" || (key === "F10" && shiftKey) || key === "Enter") {
      const { left, bottom } = event.currentTarget.getBoundingClientRect();
      actions.openMenu(message, { x: left + 24, y: bottom });
    } else if (key === "r" && isWithCustomer(message) && actions.cannotReply(message) === null) actions.reply(message);
    else if (key === "c" && message.text) actions.copy(message);
    else if (key === " " && selected !== null) select();
    else return;
    event.preventDefault();
  };

  return (
    <div
      className={classes.row}
      data-row={row.key}
      data-message={message.id}
      data-sequence={outgoing === null ? message.sequence : undefined}
      data-side={side}
      data-first={first || undefined}
      data-last={last || undefined}
      data-selected={selected ?? undefined}
      role="article"
      aria-label={t("message.label", { author, time: exactTime(message.occurred_at, time) })}
      tabIndex={-1}
      {...hover}
      onFocus={() => setTouched(true)}
      onBlur={({ currentTarget, relatedTarget }) => !currentTarget.contains(relatedTarget) && setTouched(false)}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => {
        if (!settled || wantsBrowsersMenu(event.target)) return;
        event.preventDefault();
        actions.openMenu(message, { x: event.clientX, y: event.clientY });
      }}
      {...longPress}
      onClickCapture={(event) => {
        if (selected === null || !selectable) return;
        event.preventDefault();
        event.stopPropagation();
        select();
      }}
    >
      {selected !== null && selectable && (
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
            <Inside message={message} quoted={quoted} />
          </PartBoundary>
          {settled && selected === null && (touched || picking) && (
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
  return (
    <>
      {message.automatic && <AutomaticLabel automatic={message.automatic} />}
      {message.forwarded !== "no" && (
        <span className={classes.label}>
          <IconArrowForwardUp size={14} aria-hidden />
          <span>{t(`forwarded.${message.forwarded}`)}</span>
        </span>
      )}
      {message.referral && <Referral referral={message.referral} />}
      <Quote message={message} quoted={quoted} />
      <MessageBody message={message} />
      {message.edited_at && (
        <span className={classes.edited} title={exactTime(message.edited_at, style)}>
          {t("edited")}
        </span>
      )}
    </>
  );
}

/** A sticker stands without a bubble. */
function isBare(message: Message): boolean {
  return message.kind === "sticker" && !message.deleted_at && !message.reply_to;
}

/** A picture or video fills its bubble. */
function isMedia({ kind, attachments, deleted_at: deleted }: Message): boolean {
  return (kind === "image" || kind === "video") && attachments[0]?.state === "ready" && !deleted;
}

/** On links, files and selected text the browser's own menu can do more. */
function wantsBrowsersMenu(target: EventTarget): boolean {
  if ((window.getSelection()?.toString() ?? "") !== "") return true;
  return target instanceof Element && target.closest("a, img, video, audio") !== null;
}
