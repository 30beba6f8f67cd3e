import { Checkbox, VisuallyHidden } from "@mantine/core";
import { memo, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { loadQueue, QueueLinePlace } from "@/features/queue";
import type { Conversation } from "@/shared/api/types";
import { neutralName } from "@/shared/text/neutral";
import { Avatar } from "@/shared/ui/Avatar";
import { lazyPart } from "@/shared/ui/lazyPart";
import { PersonName } from "@/shared/ui/SafeText";

import { whyLeft } from "../model/left";
import { LastLine } from "./LastLine";
import classes from "./Row.module.css";
import { RowButtons, type RowDeed } from "./RowButtons";
import { RowEnd, RowGlyphs, RowTime } from "./RowMarks";

const QueueLine = lazyPart(async () => (await loadQueue()).QueueLine);

export interface RowHandlers {
  deed: (conversation: Conversation, deed: RowDeed) => void;
  assign: (conversation: Conversation, to: { id: string; name: string } | null) => void;
  /** The assign menu of the row is opened, or closed with null. */
  assigning: (id: string | null) => void;
  /** The snooze menu of the row is opened, or closed with null. */
  snoozing: (id: string | null) => void;
  snooze: (conversation: Conversation, until: string | null) => void;
  /** Until a time that is chosen in a dialog. */
  snoozeOwn: (conversation: Conversation) => void;
  /** `range`: all from the last one chosen to this one. */
  select: (id: string, range: boolean) => void;
}

interface Props {
  conversation: Conversation;
  /** The list's view, and the search of its address. */
  view: string;
  search: string;
  me: string;
  /** It no longer belongs to the list. */
  gone: boolean;
  selected: boolean;
  /** It is the one row that the Tab key reaches. */
  reachable: boolean;
  assigning: boolean;
  snoozing: boolean;
  checked: boolean;
  /** Some row is selected: every row shows its box. */
  selecting: boolean;
  /** It shows its place in the queue of its team, and why it waits. */
  queued: boolean;
  position: number;
  /** -1: nobody knows, there are more on the server. */
  total: number;
  /** Its distance from the top of the list, in pixels. */
  start: number;
  handlers: RowHandlers;
}

/** One conversation of the list. The whole of it is a link; what can be done with it shows on hover and focus. */
export const Row = memo(function Row({ conversation, view, search, start, position, total, ...rest }: Props) {
  const { me, gone, selected, reachable, assigning, snoozing, checked, selecting, queued, handlers } = rest;
  const { t } = useTranslation(["inbox", "desk"]);
  const [near, setNear] = useState(false);
  const { unread_count: unread } = conversation;
  return (
    <li
      className={classes.item}
      style={{ transform: `translateY(${start}px)` }}
      data-row={conversation.id}
      data-gone={gone || undefined}
      data-checked={checked || undefined}
      data-unread={(unread > 0 && !gone) || undefined}
      aria-posinset={position}
      aria-setsize={total}
      onPointerEnter={({ pointerType }) => setNear(pointerType !== "touch")}
      onPointerLeave={() => setNear(false)}
      onFocus={({ target }) => setNear(near || target.matches(":focus-visible"))}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget) && !currentTarget.matches(":hover")) setNear(false);
      }}
    >
      <RowLink
        conversation={conversation}
        view={view}
        search={search}
        me={me}
        gone={gone}
        selected={selected}
        reachable={reachable}
        queued={queued}
      />
      {(near || selecting) && (
        <Checkbox
          size="xs"
          className={classes.check}
          checked={checked}
          tabIndex={-1}
          aria-label={t("desk:bulk.select", {
            name: neutralName(conversation.contact.name ?? "") || t("row.nameless"),
          })}
          onChange={() => undefined}
          onClick={(event) => handlers.select(conversation.id, event.shiftKey)}
        />
      )}
      {(near || assigning || snoozing) && (
        <RowButtons
          conversation={conversation}
          me={me}
          assigning={assigning}
          onAssigning={(opened) => handlers.assigning(opened ? conversation.id : null)}
          onDeed={(deed) => handlers.deed(conversation, deed)}
          onAssign={(to) => handlers.assign(conversation, to)}
          snoozing={snoozing}
          onSnoozing={(opened) => handlers.snoozing(opened ? conversation.id : null)}
          onSnooze={(until) => handlers.snooze(conversation, until)}
          onSnoozeOwn={() => handlers.snoozeOwn(conversation)}
        />
      )}
    </li>
  );
});

type LinkProps = Pick<Props, "conversation" | "view" | "search" | "me" | "gone" | "selected" | "reachable" | "queued">;

/** What does not change when the row moves. */
const RowLink = memo(function RowLink(props: LinkProps) {
  const { conversation, view, search, me, gone, selected, reachable, queued } = props;
  const { t } = useTranslation("inbox");
  const { contact, channel } = conversation;
  const name = neutralName(contact.name ?? "") || t("row.nameless");
  return (
    <Link
      to={{ pathname: `/inbox/${view}/${conversation.id}`, search }}
      className={classes.link}
      aria-current={selected ? "page" : undefined}
      tabIndex={reachable ? 0 : -1}
      draggable={false}
    >
      <Avatar id={contact.id} name={name} picture={contact.avatar_url} channel={channel} />
      <span className={classes.lines}>
        <span className={classes.first}>
          <span className={classes.name} title={name}>
            <PersonName name={name} />
          </span>
          <RowGlyphs conversation={conversation} />
          <RowTime conversation={conversation} />
        </span>
        <span className={classes.second}>
          {gone ? <Left key="left" conversation={conversation} view={view} me={me} /> : null}
          {gone ? null : <LastLine key="last" conversation={conversation} me={me} />}
          {gone ? null : <RowEnd key="end" conversation={conversation} me={me} view={view} />}
        </span>
        {queued && !gone && (
          <Suspense fallback={<QueueLinePlace />}>
            <QueueLine conversationId={conversation.id} />
          </Suspense>
        )}
      </span>
      <VisuallyHidden>{t("row.number", { number: conversation.number })}</VisuallyHidden>
    </Link>
  );
});

function Left({ conversation, view, me }: { conversation: Conversation; view: string; me: string }) {
  const { t } = useTranslation("inbox");
  const left = whyLeft(conversation, view, me);
  const name = left.reason === "assigned" ? neutralName(left.name) || t("row.someone") : "";
  return <span className={classes.left}>{t(`left.${left.reason}`, { name })}</span>;
}
