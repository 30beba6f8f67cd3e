import { useRef, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { useConversation } from "@/shared/conversations/queries";
import { neutralName } from "@/shared/text/neutral";

import { TypeDialog } from "./TypeDialog";
import { typeQuestion, type TypeQuestion } from "./typeQuestion";

/** Stands once around all pages: asks for the type where a conversation is closed that needs one. */
export function TypeQuestionDialog() {
  const question = useSyncExternalStore(typeQuestion.subscribe, typeQuestion.now);
  return question === null ? null : <Asked key={question.conversationId} question={question} />;
}

function Asked({ question }: { question: TypeQuestion }) {
  const { t } = useTranslation("marks");
  const { data: conversation } = useConversation(question.conversationId);
  const chosen = useRef(false);
  const name = neutralName(conversation?.contact.name ?? "");
  const { count } = question;
  return (
    <TypeDialog
      title={
        count > 1
          ? t("of.type.to_close_many", { count })
          : name === ""
            ? t("of.type.to_close")
            : t("of.type.to_close_named", { name })
      }
      current={conversation?.type?.id ?? null}
      onChoose={(type) => {
        chosen.current = true;
        question.answer(type);
      }}
      // The dialog closes before it says what was chosen.
      close={() => queueMicrotask(() => chosen.current || question.answer(null))}
    />
  );
}
