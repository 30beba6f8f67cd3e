import { UnstyledButton } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import type { Contact } from "@/shared/api/types";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { useShownMarks } from "@/shared/marks/catalogue";
import { useLabelling } from "@/shared/marks/changes";
import { MarkChip } from "@/shared/marks/MarkChip";
import { MarkDialog } from "@/shared/marks/MarkDialog";
import { useMay } from "@/shared/session/SessionProvider";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import classes from "./customer.module.css";

/** The customer's labels; who may puts others on and takes them off. */
export function Labels({ contact }: { contact: Contact }) {
  const { t } = useTranslation("marks");
  const may = useMay("contacts:write");
  const [choosing, setChoosing] = useState(false);
  const labels = useShownMarks("label", contact.labels);
  const labelling = useLabelling(contact.id);
  const problemText = useProblemText();
  useShortcut({
    keys: "shift+l",
    label: t("of.label.dialog"),
    scope: "conversation",
    run: () => setChoosing(true),
    enabled: may,
  });
  const refused = (error: unknown) => {
    const words: Record<string, string> = { too_many: t("on.full_label"), archived: t("on.archived") };
    const known = error instanceof ApiProblem ? words[error.code] : undefined;
    const problem = problemText(error);
    notifyFailed(t("on.failed_label"), known ?? problem.text, problem.code);
  };
  const set = (labelId: string, on: boolean) => labelling.mutate({ labelId, on }, { onError: refused });
  if (labels.length === 0 && !may) return null;
  return (
    <div className={classes.labelLine}>
      {labels.length > 0 && (
        <ul className={classes.labels} aria-label={t("on.labels")}>
          {labels.map((label) => (
            <li key={label.id}>
              <MarkChip
                mark={label}
                remove={
                  may ? { label: t("on.remove", { name: label.name }), run: () => set(label.id, false) } : undefined
                }
              />
            </li>
          ))}
        </ul>
      )}
      {may && (
        <UnstyledButton className={classes.addLabel} onClick={() => setChoosing(true)} aria-keyshortcuts="Shift+L">
          <IconPlus size={14} stroke={2} aria-hidden />
          {t("on.add_label")}
        </UnstyledButton>
      )}
      {choosing && (
        <MarkDialog
          kind="label"
          title={t("of.label.dialog")}
          checked={(id) => labels.some((label) => label.id === id)}
          borne={labels}
          onToggle={({ id }, on) => set(id, on)}
          close={() => setChoosing(false)}
        />
      )}
    </div>
  );
}
