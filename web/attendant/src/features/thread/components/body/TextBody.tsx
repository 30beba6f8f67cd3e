import { UnstyledButton } from "@mantine/core";
import { Fragment, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { mentionsIn, type Person } from "@/shared/text/mentions";
import { parseText, type Piece } from "@/shared/text/markup";

import classes from "./body.module.css";

const ONLY_EMOJI = /^(?:\p{RGI_Emoji}\s?){1,3}$/v;

/** Longer texts, in characters, are shown shortened first: a pasted book neither fills the thread nor slows it down. */
const LONG = 2500;
const SHORTENED = 1800;

const NOBODY: readonly Person[] = [];

interface Props {
  text: string | null | undefined;
  caption?: boolean;
  /** Whom a note mentions: their names stand out. */
  mentioned?: readonly Person[];
}

/** A text as it was written: its own line breaks, links that are safe to follow, simple emphasis. Never HTML. */
export function TextBody({ text, caption = false, mentioned = NOBODY }: Props) {
  const { t } = useTranslation("thread");
  const [whole, setWhole] = useState(false);
  if (!text) return null;
  const shown = whole || text.length <= LONG ? text : `${text.slice(0, SHORTENED)}…`;
  const look = [classes.text, caption && classes.caption, ONLY_EMOJI.test(text) && classes.emoji];
  return (
    <p className={look.filter(Boolean).join(" ")} dir="auto">
      {parseText(shown).map((piece, index) => (
        <Fragment key={index}>
          {piece.type === "text" && mentioned.length > 0 ? withMentions(piece.text, mentioned) : drawn(piece)}
        </Fragment>
      ))}
      {shown !== text && (
        <UnstyledButton key="more" className={classes.more} onClick={() => setWhole(true)}>
          {t("text.more")}
        </UnstyledButton>
      )}
    </p>
  );
}

function withMentions(text: string, people: readonly Person[]): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const found of mentionsIn(text, people)) {
    parts.push(text.slice(end, found.start));
    parts.push(
      <mark key={found.start} className={classes.mention}>
        {text.slice(found.start, found.end)}
      </mark>,
    );
    end = found.end;
  }
  return [...parts, text.slice(end)];
}

function drawn(piece: Piece) {
  switch (piece.type) {
    case "text":
      return piece.text;
    case "link":
      return (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
          {piece.text}
        </a>
      );
    case "bold":
      return (
        <strong>
          {piece.pieces.map((one, index) => (
            <Fragment key={index}>{drawn(one)}</Fragment>
          ))}
        </strong>
      );
    case "italic":
      return (
        <em>
          {piece.pieces.map((one, index) => (
            <Fragment key={index}>{drawn(one)}</Fragment>
          ))}
        </em>
      );
    case "strike":
      return (
        <s>
          {piece.pieces.map((one, index) => (
            <Fragment key={index}>{drawn(one)}</Fragment>
          ))}
        </s>
      );
    case "code":
      return <code>{piece.text}</code>;
  }
}
