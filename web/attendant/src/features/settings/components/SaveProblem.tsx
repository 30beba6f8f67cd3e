import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ApiProblem, isOld } from "@/shared/api/problem";
import { CopyCode } from "@/shared/ui/CopyCode";
import { useProblemText } from "@/shared/ui/problemText";

import { useWhoChanged } from "../hooks/useWhoChanged";
import { fieldRefusal } from "../model/refusals";

interface Props {
  error: unknown;
  /** What a field is called that somebody else changed first; null: it has no name here. */
  changedName?: (field: string) => string | null;
}

/** On a phone the button is often all that is in sight. */
function bringIntoSight(element: HTMLElement | null) {
  element?.scrollIntoView({ block: "nearest" });
}

/**
 * Why something was not saved, above its button: who was faster and changed what, where that is known. What is wrong in
 * one field stands at the field too.
 */
export function SaveProblem({ error, changedName = () => null }: Props) {
  const { t } = useTranslation("routing");
  const whoChanged = useWhoChanged(changedName);
  const problemText = useProblemText();
  if (!error) return null;
  const { title, text, code } = problemText(error);
  const taken = error instanceof ApiProblem && error.code === "name_taken";
  const details =
    error instanceof ApiProblem
      ? [...error.errors.map((one) => fieldRefusal(error, one, t)), ...whoChanged(error.changes)]
      : [];
  return (
    <Alert ref={bringIntoSight} color="red" variant="light" role="alert" title={title} mt="md">
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
