import { IconAlertCircle, IconArrowBackUp, IconInfoCircle, IconLock, IconRobot, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation, LastMessage } from "@/shared/api/types";
import { useDraftOf } from "@/shared/conversations/useDraft";
import { useTyping } from "@/shared/realtime/RealtimeProvider";
import { neutralName } from "@/shared/text/neutral";

import classes from "./Row.module.css";

interface Props {
  conversation: Conversation;
  me: string;
}

/** The second line of a row: a colleague who types, else what I have begun to write, else the last message. */
export function LastLine({ conversation, me }: Props) {
  const { t } = useTranslation("inbox");
  const typing = useTyping(conversation.id)[0];
  const draft = useDraftOf(conversation.id);
  if (typing !== undefined) {
    const name = neutralName(typing.name ?? "") || t("row.someone");
    return (
      <Line tone="accent">
        <span key="typing">{t(typing.note ? "row.typing_note" : "row.typing", { name })}</span>
      </Line>
    );
  }
  if (draft !== null) {
    const text = draft.text.trim() === "" ? t("row.draft_files", { count: draft.files.length }) : oneLine(draft.text);
    return (
      <Line key="draft">
        <span className={classes.draft}>{t("row.draft")}</span> <bdi dir="auto">{text}</bdi>
      </Line>
    );
  }
  const last = conversation.last_message;
  if (!last) return <Line>{t("row.no_message")}</Line>;
  return (
    <Line key="last">
      <Writer last={last} me={me} />
      <bdi dir="auto">{last.deleted ? t("row.deleted") : oneLine(last.preview) || t(`kind.${last.kind}`)}</bdi>
    </Line>
  );
}

function Line({ children, tone }: { children: ReactNode; tone?: "accent" }) {
  return (
    <span className={classes.preview} data-tone={tone}>
      {children}
    </span>
  );
}

/** A glyph for whoever wrote the message, when it was not the customer. */
function Writer({ last, me }: { last: LastMessage; me: string }) {
  const { t } = useTranslation("inbox");
  if (last.direction === "inbound") return null;
  const writer = writerOf(last, me);
  const name = neutralName(last.author?.name ?? "") || t("row.someone");
  const label = t(`row.${writer}`, { name });
  const Glyph = GLYPHS[writer];
  return (
    <Glyph
      size={14}
      stroke={1.75}
      className={classes.writer}
      data-writer={writer}
      role="img"
      aria-label={label}
      title={label}
    />
  );
}

type WriterKind = "failed" | "note" | "system" | "bot" | "own" | "colleague" | "company";

const GLYPHS: Record<WriterKind, Icon> = {
  failed: IconAlertCircle,
  note: IconLock,
  system: IconInfoCircle,
  bot: IconRobot,
  own: IconArrowBackUp,
  colleague: IconArrowBackUp,
  company: IconArrowBackUp,
};

function writerOf({ direction, status, author }: LastMessage, me: string): WriterKind {
  if (direction === "note") return "note";
  if (direction === "system") return "system";
  if (status === "failed") return "failed";
  if (author?.type === "bot" || author?.type === "system") return "bot";
  if (author?.type !== "attendant") return "company";
  return author.id === me ? "own" : "colleague";
}

/** A preview on one line, bounded: a draft may be a whole letter. */
function oneLine(text: string): string {
  return text.slice(0, 200).replace(/\s+/g, " ").trim();
}
