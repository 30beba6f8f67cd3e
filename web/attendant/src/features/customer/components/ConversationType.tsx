import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import { useTypeChoices } from "@/shared/marks/catalogue";
import { TypeDialog, TypeName } from "@/shared/marks/TypeDialog";
import { useMay } from "@/shared/session/SessionProvider";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import classes from "./record.module.css";

/** What the conversation is about, changed in place; nothing where the company has no types. */
export function ConversationType({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation(["customer", "marks"]);
  const may = useMay("conversations:write");
  const choices = useTypeChoices();
  const { classify } = useConversationActions();
  const problemText = useProblemText();
  const [choosing, setChoosing] = useState(false);
  const { id, type } = conversation;
  const known = choices?.find((one) => one.id === type?.id);
  if (!type && (!may || choices === undefined || choices.length === 0)) return null;

  const set = (wanted: { id: string; name: string } | null, told: boolean) => {
    const before = type ? { id: type.id, name: type.name ?? "" } : null;
    const done = () => told && undoable({ message: t("conversation.type_changed"), undo: () => set(before, false) });
    const failed = (error: unknown) => {
      const { text, code } = problemText(error);
      notifyFailed(t("marks:of.type.failed.change"), text, code);
    };
    classify.mutateAsync({ id, type: wanted }).then(done, failed);
  };
  const name = known ? <TypeName type={known} /> : <bdi>{type?.name}</bdi>;
  return (
    <>
      <dt>{t("conversation.type")}</dt>
      <dd>
        {may ? (
          <UnstyledButton className={`${classes.value} ${classes.chosen}`} onClick={() => setChoosing(true)}>
            <span data-empty={!type || undefined}>{type ? name : t("marks:of.type.choose_short")}</span>
          </UnstyledButton>
        ) : (
          name
        )}
        {choosing && (
          <TypeDialog
            title={t("marks:of.type.choose")}
            current={type?.id ?? null}
            canBeNone
            onChoose={(wanted) => set(wanted, true)}
            close={() => setChoosing(false)}
          />
        )}
      </dd>
    </>
  );
}
