import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { PersonName } from "@/shared/ui/SafeText";

import { useQuoted } from "../../api/quoted";
import { useThreadActions } from "../../hooks/threadContext";
import { contextOf, filesOf } from "../../model/context";
import { shortTextOf } from "../../model/words";
import classes from "./message.module.css";

interface Props {
  message: Message;
  /** The quoted message, where it is loaded. */
  quoted: Message | undefined;
}

/** What a message answers to; a click goes there. */
export function Quote({ message, quoted: loaded }: Props) {
  const { t } = useTranslation("thread");
  const { me, customer, jumpTo } = useThreadActions();
  const { reply_to: target } = message;
  const marked = contextOf(message).quote;
  const elsewhere = loaded === undefined && !message.reply_to_unavailable && target ? target : null;
  const found = useQuoted(message.conversation_id, elsewhere);
  const quoted = loaded ?? found;
  if (message.reply_to_unavailable || !target) {
    if (marked) return <Marked text={marked} />;
    if (!message.reply_to_unavailable) return null;
    return <span className={classes.quoteMissing}>{t("quote.unavailable")}</span>;
  }
  const thumbnail = quoted?.kind === "image" ? filesOf(quoted)[0]?.thumbnail_url : null;
  return (
    <UnstyledButton className={classes.quote} onClick={() => jumpTo(target)} title={t("quote.jump")}>
      <span className={classes.quoteWords}>
        {quoted ? (
          <>
            <span className={classes.quoteAuthor}>{authorOf(quoted)}</span>
            <span className={classes.quoteText} dir="auto">
              {marked ? `“${marked}”` : shortTextOf(quoted, t)}
            </span>
          </>
        ) : (
          <span className={classes.quoteText}>{marked ? `“${marked}”` : t("quote.earlier")}</span>
        )}
      </span>
      {thumbnail && <img className={classes.quotePicture} src={thumbnail} alt="" loading="lazy" />}
    </UnstyledButton>
  );

  function authorOf(one: Message) {
    if (one.author.type === "contact") return <PersonName name={one.author.name ?? customer} />;
    if (one.author.id === me) return <span>{t("you")}</span>;
    return <PersonName name={one.author.name ?? t(`author.${one.author.type}`)} />;
  }
}

/** The part that the customer marked of something that is not here. */
function Marked({ text }: { text: string }) {
  return (
    <span className={classes.quote}>
      <span className={classes.quoteWords}>
        <span className={classes.quoteText} dir="auto">{`“${text}”`}</span>
      </span>
    </span>
  );
}
