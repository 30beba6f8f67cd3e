import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ApiProblem, isOld } from "@/shared/api/problem";
import { CopyCode } from "@/shared/ui/CopyCode";
import { useProblemText } from "@/shared/ui/problemText";

import { fieldRefusal } from "../model/refusals";

/** Why something was not saved, above its button; what is wrong in one field stands at the field too. */
export function SaveProblem({ error }: { error: unknown }) {
  const { t } = useTranslation("routing");
  const problemText = useProblemText();
  if (!error) return null;
  const { title, text, code } = problemText(error);
  const taken = error instanceof ApiProblem && error.code === "name_taken";
  const details = error instanceof ApiProblem ? error.errors.map((one) => fieldRefusal(error, one, t)) : [];
  return (
    <Alert color="red" variant="light" role="alert" title={title} mt="md">
      {isOld(error) ? t("form.conflict") : taken ? t("form.name_taken") : text}
      {details.length > 0 && (
        <ul>
          {[...new Set(details)].map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      )}
      <CopyCode code={code} />
    </Alert>
  );
}
