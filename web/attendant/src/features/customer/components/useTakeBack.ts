import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useUndoMerge } from "../api/merging";

/** Separates two records again, and says it when that is not possible. */
export function useTakeBack() {
  const { t } = useTranslation("customer");
  const { mutate, isPending } = useUndoMerge();
  const problem = useProblemText();
  const onError = (error: unknown) => {
    const { title, text, code } = problem(error);
    const isGone = error instanceof ApiProblem && error.code === "not_merged";
    notifyFailed(isGone ? t("merges.not_merged") : title, isGone ? "" : text, code);
  };
  const run = (mergeId: string, done?: () => void) => mutate(mergeId, { onError, onSuccess: () => done?.() });
  return { run, isPending };
}
