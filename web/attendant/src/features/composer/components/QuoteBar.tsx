import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Conversation, Message } from "@/shared/api/types";
import { useThread } from "@/shared/conversations/useThread";
import { useMe } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { IconButton } from "@/shared/ui/IconButton";

import classes from "./composer.module.css";

interface Props {
  conversation: Conversation;
  messageId: string;
  onRemove: () => void;
}

/** The message that is quoted. */
export function QuoteBar({ conversation, messageId, onRemove }: Props) {
  const { t } = useTranslation("composer");
  const me = useMe();
  const { thread } = useThread(conversation.id);
  const message = thread?.messages.find(({ id }) => id === messageId);
  return (
    <div className={classes.quote}>
      <div className={classes.quoteText}>
        <span className={classes.quoteAuthor}>
          {t("quote.to", { name: message ? authorOf(message, conversation, me.id, t("quote.you")) : "" })}
        </span>
        <bdi dir="auto" className={classes.quoteExcerpt}>
          {message ? message.text?.slice(0, 200) || t(`kind.${message.kind}`) : t("quote.older")}
        </bdi>
      </div>
      <IconButton label={t("quote.remove")} keys="escape" size={28} onClick={onRemove}>
        <IconX size={16} />
      </IconButton>
    </div>
  );
}

function authorOf(message: Message, { contact }: Conversation, myId: string, you: string): string {
  if (message.direction === "inbound") return neutralName(contact.name ?? "") || "—";
  return message.author.id === myId ? you : neutralName(message.author.name ?? "") || "—";
}
