import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import classes from "./composer.module.css";

/** In a closed conversation nothing is written; the first step is to open it again. */
export function ClosedBar({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation("composer");
  const { reopen } = useConversationActions();
  const problemText = useProblemText();
  const run = () =>
    reopen.mutate(
      { id: conversation.id },
      {
        onError: (error) => {
          const { text, code } = problemText(error);
          notifyFailed(t("closed.failed"), text, code);
        },
      },
    );
  return (
    <div className={classes.closed}>
      <span>{t("closed.text")}</span>
      <Button size="compact-md" variant="light" onClick={run} loading={reopen.isPending}>
        {t("closed.reopen")}
      </Button>
    </div>
  );
}
