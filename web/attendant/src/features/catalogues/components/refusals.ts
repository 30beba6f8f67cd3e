import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import { useProblemText } from "@/shared/ui/problemText";

/** Words for what the server refuses of a list; what has none of its own is told with what was not done. */
export function useRefusalText(): (error: unknown, failed: string) => string {
  const { t } = useTranslation("marks");
  const problemText = useProblemText();
  return (error, failed) => {
    if (error instanceof ApiProblem) {
      if (error.code === "name_taken") return t("list.name_taken");
      if (error.code === "has_children") return t("of.type.has_children");
      if (error.code === "too_many") return error.errors.length > 0 ? t("list.busy") : t("list.limit");
    }
    return `${failed}. ${problemText(error).text}`;
  };
}
