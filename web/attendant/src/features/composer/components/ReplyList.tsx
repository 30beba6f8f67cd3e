import { Anchor } from "@mantine/core";
import { IconPaperclip } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useFilledReply } from "@/shared/replies/replies";
import { displayFileName } from "@/shared/text/neutral";

import type { useReplyCompletion } from "../hooks/useReplyCompletion";
import classes from "./replies.module.css";

interface Props {
  conversationId: string;
  completion: ReturnType<typeof useReplyCompletion>;
}

/** The quick replies that fit, and the chosen one as the customer will read it. The focus stays in the field. */
export function ReplyList({ conversationId, completion }: Props) {
  const { t } = useTranslation("composer");
  const { found, index, none, open, selected } = completion;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [index]);
  if (!open) return null;
  if (none) {
    return (
      <div className={classes.box} role="status">
        <p className={classes.none}>
          {t("replies.none")}{" "}
          <Anchor component={Link} to="/settings/replies" inherit>
            {t("replies.make")}
          </Anchor>
        </p>
      </div>
    );
  }
  return (
    <div className={classes.box}>
      <ul
        ref={list}
        className={classes.list}
        role="listbox"
        id={completion.listId}
        aria-label={t("replies.suggestions")}
      >
        {found.map((one, at) => (
          <li
            key={one.id}
            id={completion.optionId(one)}
            role="option"
            aria-selected={at === index}
            className={classes.option}
            onMouseMove={() => at !== index && completion.point(at)}
            onMouseDown={(event) => {
              event.preventDefault(); // the field keeps the focus
              completion.choose(one);
            }}
          >
            <span className={classes.shortcut}>{one.shortcut}</span>
            <span className={classes.title}>{one.title}</span>
          </li>
        ))}
      </ul>
      <Preview conversationId={conversationId} replyId={selected?.id} />
    </div>
  );
}

function Preview({ conversationId, replyId }: { conversationId: string; replyId: string | undefined }) {
  const { t } = useTranslation("composer");
  const { data } = useFilledReply(conversationId, replyId);
  return (
    <div className={classes.preview} aria-label={t("replies.preview")} role="group">
      {data?.parts.map((part, at) =>
        part.missing ? (
          <mark key={at} className={classes.gap}>
            {part.variable}
          </mark>
        ) : (
          <span key={at}>{part.text}</span>
        ),
      )}
      {data?.attachments.map((file) => (
        <span key={file.id} className={classes.file}>
          <IconPaperclip size={14} aria-hidden="true" /> {displayFileName(file.name)}
        </span>
      ))}
      {(data?.missing.length ?? 0) > 0 && <p className={classes.missing}>{t("replies.missing")}</p>}
    </div>
  );
}
