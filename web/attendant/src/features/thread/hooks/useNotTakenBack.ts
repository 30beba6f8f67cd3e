import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

const LATE = ["not_transferred", "transfer_not_yours"] as const;

/** Says why a conversation that was handed over was not accepted or taken back. */
export function useNotTakenBack(): (error: unknown) => void {
  const { t } = useTranslation("transfer");
  const problemText = useProblemText();
  return (error) => {
    const { text, code } = problemText(error);
    const late = LATE.find((one) => error instanceof ApiProblem && error.code === one);
    notifyFailed(t("failed"), late === undefined ? text : t(`late.${late}`), code);
  };
}
