import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useShownMarks, type Mark } from "@/shared/marks/catalogue";
import { useLabellingMany } from "@/shared/marks/changes";
import { MarkDialog } from "@/shared/marks/MarkDialog";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

interface Props {
  selected: readonly Conversation[];
  close: () => void;
}

/** The labels of the customers of the selected conversations: on all of them, on some, on none. */
export function BulkLabels({ selected, close }: Props) {
  const { t } = useTranslation("desk");
  const problemText = useProblemText();
  // The customers of now: a list that moves on while the dialog is open changes nothing here.
  const [contacts] = useState(() => [...new Map(selected.map(({ contact }) => [contact.id, contact])).values()]);
  const [borne, setBorne] = useState(() => new Map(contacts.map(({ id, labels }) => [id, labelIds(labels)])));
  const known = useShownMarks(
    "label",
    contacts.flatMap(({ labels }) => labels),
  );
  const labelling = useLabellingMany();

  const checked = (id: string): boolean | "mixed" => {
    const having = [...borne.values()].filter((ids) => ids.has(id)).length;
    return having === 0 ? false : having === contacts.length || "mixed";
  };
  const toggle = async ({ id: labelId }: Mark, on: boolean) => {
    const wanted = contacts.filter(({ id }) => (borne.get(id)?.has(labelId) ?? false) !== on);
    const { changed, failed } = await labelling(
      wanted.map(({ id }) => id),
      labelId,
      on,
    );
    setBorne((before) => new Map([...before, ...changed.map(({ id, labels }) => [id, labelIds(labels)] as const)]));
    if (failed.length === 0) return;
    const { text, code } = problemText(failed[0]);
    notifyFailed(t("bulk.labels_failed", { count: failed.length }), text, code);
  };
  return (
    <MarkDialog
      kind="label"
      title={t("bulk.labels_title", { count: contacts.length })}
      checked={checked}
      borne={known}
      onToggle={(mark, on) => void toggle(mark, on)}
      close={close}
    />
  );
}

function labelIds(labels: readonly { id: string }[]): ReadonlySet<string> {
  return new Set(labels.map(({ id }) => id));
}
