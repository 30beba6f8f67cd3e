import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import { focusComposer } from "@/shared/conversations/composerFocus";
import { useMe } from "@/shared/session/SessionProvider";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { neutralName } from "@/shared/text/neutral";

import classes from "./composer.module.css";

/** Whose conversation it is, where it is not mine. Whoever answers without taking it leaves it as it is. */
export function OwnerLine({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation("composer");
  const me = useMe();
  const { take } = useConversationActions();
  const problemText = useProblemText();
  const { assignee } = conversation;
  if (assignee?.id === me.id) return null;
  const run = () => {
    take.mutate(
      { id: conversation.id },
      {
        onError: (error) => {
          const { text, code } = problemText(error);
          notifyFailed(t("owner.failed"), text, code);
        },
      },
    );
    focusComposer(conversation.id);
  };
  return (
    <div className={assignee ? classes.ownerQuiet : classes.owner}>
      <span>
        {assignee ? t("owner.colleague", { name: neutralName(assignee.name ?? "") || "—" }) : t("owner.nobody")}{" "}
        <span className={classes.ownerHint}>{t("owner.hint")}</span>
      </span>
      <Button size="compact-sm" variant={assignee ? "subtle" : "filled"} onClick={run} loading={take.isPending}>
        {t("owner.take")}
      </Button>
    </div>
  );
}
