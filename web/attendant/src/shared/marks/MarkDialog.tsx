import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "@/shared/session/SessionProvider";
import { ChoiceDialog } from "@/shared/ui/ChoiceDialog";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useOffered, type Mark, type MarkKind } from "./catalogue";
import { MarkLine } from "./MarkChip";
import { useCreateMark } from "./changes";

interface Props {
  kind: MarkKind;
  title: string;
  /** What has it: all of what is changed, or (`mixed`) some. */
  checked: (id: string) => boolean | "mixed";
  /** Marks that are on it though they are offered no more: they can be taken off. */
  borne: readonly Mark[];
  onToggle: (mark: Mark, on: boolean) => void;
  children?: ReactNode;
  close: () => void;
}

/** Puts tags or labels on something and takes them off, by name; who may makes new ones here. */
export function MarkDialog({ kind, title, checked, borne, onToggle, children, close }: Props) {
  const { t } = useTranslation("marks");
  const mayCreate = useMay("settings:manage");
  const create = useCreateMark(kind);
  const problemText = useProblemText();
  const offered = useOffered(kind);
  const others = borne.filter(({ id }) => !offered.some((one) => one.id === id));
  const all = [...offered, ...others];
  const choices = all.map((mark) => ({
    id: mark.id,
    text: mark.name,
    shown: <MarkLine mark={mark} />,
    checked: checked(mark.id),
  }));
  const make = (name: string) =>
    create.mutate(name, {
      onSuccess: (made) => onToggle(made, true),
      onError: (error) => notifyFailed(t(`of.${kind}.failed.create`, { name }), problemText(error).text),
    });
  return (
    <ChoiceDialog
      several
      title={title}
      search={t(`of.${kind}.search`)}
      choices={choices}
      nothing={<Nothing kind={kind} none={all.length === 0} mayCreate={mayCreate} close={close} />}
      onChoose={({ id, checked: has }) => {
        const mark = all.find((one) => one.id === id);
        if (mark !== undefined) onToggle(mark, has !== true);
      }}
      create={mayCreate ? { label: (name) => t(`of.${kind}.create_named`, { name }), run: make } : undefined}
      close={close}
    >
      {children}
    </ChoiceDialog>
  );
}

function Nothing({
  kind,
  none,
  mayCreate,
  close,
}: Record<"none" | "mayCreate", boolean> & { kind: MarkKind; close: () => void }) {
  const { t } = useTranslation("marks");
  if (!none) return t(`of.${kind}.not_found`);
  if (!mayCreate) return t(`of.${kind}.none_ask`);
  return (
    <>
      {t(`of.${kind}.none_type`)}{" "}
      <Link to={`/settings/${kind}s`} onClick={close}>
        {t(`of.${kind}.settings`)}
      </Link>
    </>
  );
}
