import { useTranslation } from "react-i18next";

import { namedBy, useWhoChanged } from "@/features/settings";
import { ApiProblem, isOld } from "@/shared/api/problem";
import { useProblemText } from "@/shared/ui/problemText";

/** Fields as changes tell them. */
const LABELS = {
  name: "list.field.name",
  color: "list.field.color",
  archived: "list.field.archived",
  parent_id: "list.field.place",
  position: "list.field.order",
} as const;

/** Words for what the server refuses of a list; what has none of its own is told with what was not done. */
export function useRefusalText(): (error: unknown, failed: string) => string {
  const { t } = useTranslation("marks");
  const problemText = useProblemText();
  const whoChanged = useWhoChanged(namedBy(LABELS, t));
  return (error, failed) => {
    if (error instanceof ApiProblem) {
      if (isOld(error)) return [t("list.conflict"), ...whoChanged(error.changes)].join(" ");
      if (error.code === "name_taken") return t("list.name_taken");
      if (error.code === "has_children") return t("of.type.has_children");
      if (error.code === "too_many") return error.errors.length > 0 ? t("list.busy") : t("list.limit");
    }
    return `${failed}. ${problemText(error).text}`;
  };
}
