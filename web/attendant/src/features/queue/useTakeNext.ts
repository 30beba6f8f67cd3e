import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { ApiProblem } from "@/shared/api/problem";
import { focusComposer } from "@/shared/conversations/composerFocus";
import { useNext } from "@/shared/routing/queue";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

const REFUSED = ["queue_empty", "no_room", "not_available"] as const;

/** Takes the next conversation of the queue and opens it; a refusal says why, and what can be done. */
export function useTakeNext(teamId: string | null) {
  const { t } = useTranslation("queue");
  const navigate = useNavigate();
  const next = useNext();
  const problemText = useProblemText();
  const take = () => {
    if (next.isPending) return;
    next.mutate(teamId, {
      onSuccess: (id) => {
        void navigate(`/inbox/mine/${id}`);
        focusComposer(id);
      },
      onError: (error) => {
        const why = REFUSED.find((code) => error instanceof ApiProblem && error.code === code);
        const { text, code } = problemText(error);
        if (why === "queue_empty") notifyDone(t("refused.queue_empty"));
        else notifyFailed(t("refused.title"), why === undefined ? text : t(`refused.${why}`), code);
      },
    });
  };
  return { take, taking: next.isPending };
}
