import { useTranslation } from "react-i18next";

import { useCapabilities, useConversation, useNoteLimits } from "@/shared/conversations/queries";

import { ClosedBar } from "./ClosedBar";
import classes from "./composer.module.css";
import { OpenComposer } from "./OpenComposer";

interface Props {
  conversationId: string;
  /** Somebody looks on: they write notes, unless they say otherwise. */
  watching?: boolean;
}

/** Where an answer or a note is written. */
export function Composer({ conversationId, watching = false }: Props) {
  const { t } = useTranslation("composer");
  const { data: conversation } = useConversation(conversationId);
  const capabilities = useCapabilities(conversation?.channel.kind);
  const notes = useNoteLimits();
  if (conversation === undefined) return null;
  return (
    <section className={classes.composer} aria-label={t("label")}>
      {conversation.status === "closed" ? (
        <ClosedBar conversation={conversation} />
      ) : (
        <OpenComposer
          key={`${conversationId}/${watching}`}
          whispers={watching}
          conversation={conversation}
          limits={capabilities && notes ? { capabilities, notes } : undefined}
        />
      )}
    </section>
  );
}
