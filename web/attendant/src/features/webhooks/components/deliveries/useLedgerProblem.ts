/** Words for what the ledger refuses. */
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

const CODES = ["event_gone", "nothing_to_recover", "replay_running", "webhook_deleted", "webhook_disabled"] as const;

interface LedgerProblem {
  text: (error: unknown) => string;
  /** Says it in passing, where there is no place beside the action. */
  tell: (error: unknown) => void;
}

export function useLedgerProblem(): LedgerProblem {
  const { t } = useTranslation("deliveries");
  const problemText = useProblemText();
  const known = (error: unknown) => {
    const code = error instanceof ApiProblem ? CODES.find((one) => one === error.code) : undefined;
    return code === undefined ? null : t(`problem.${code}`);
  };
  return {
    text: (error) => known(error) ?? problemText(error).text,
    tell: (error) => {
      const { title, text, code } = problemText(error);
      const words = known(error);
      if (words === null) notifyFailed(title, text, code);
      else notifyFailed(t("problem.title"), words);
    },
  };
}
