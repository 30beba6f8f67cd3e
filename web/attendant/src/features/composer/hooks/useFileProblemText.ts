import { useTranslation } from "react-i18next";

import { usePreferences } from "@/shared/storage/preferences";
import { sizeLimit } from "@/shared/text/fileSize";

import type { FileProblem } from "../model/files";

/** Words for why a file cannot be sent. */
export function useFileProblemText(): (problem: FileProblem) => string {
  const { t } = useTranslation("composer");
  const { language } = usePreferences();
  return (problem) =>
    problem.why === "size"
      ? t("files.problem.size", { max: sizeLimit(problem.max, language) })
      : t(`files.problem.${problem.why}`);
}
