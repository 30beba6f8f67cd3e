import { useTranslation } from "react-i18next";

import { useOffered, useTypeChoices } from "@/shared/marks/catalogue";
import { MarkLine } from "@/shared/marks/MarkChip";
import { TypeName } from "@/shared/marks/TypeDialog";
import { ChoiceDialog, type Choice } from "@/shared/ui/ChoiceDialog";

import type { Narrowing } from "../model/address";
import { narrowed } from "../model/narrowed";
import { MARK_ICONS as ICONS, type MarkKind as Kind } from "./markIcons";
import classes from "./Toolbar.module.css";

interface Props {
  narrowing: Narrowing;
  onChange: (narrowing: Narrowing) => void;
  close: () => void;
}

/** Chooses a type, a label or a tag by which the list is narrowed. */
export function MarkFilterDialog({ narrowing, onChange, close }: Props) {
  const { t } = useTranslation("marks");
  const types = useTypeChoices() ?? [];
  const labels = useOffered("label");
  const tags = useOffered("tag");
  const line = (
    kind: Kind,
    id: string,
    text: string,
    shown: Choice["shown"],
  ): Choice & { kind: Kind; value: string } => {
    const Glyph = ICONS[kind];
    return {
      id: `${kind}-${id}`,
      kind,
      value: id,
      text: `${text} ${t(`filter.${kind}`)}`,
      shown: (
        <span className={classes.filterLine}>
          <Glyph size={16} stroke={1.75} role="img" aria-label={t(`filter.${kind}`)} />
          {shown}
        </span>
      ),
      checked: narrowing[kind] === id,
    };
  };
  const choices = [
    ...types.map((type) => line("type", type.id, `${type.name} ${type.parent ?? ""}`, <TypeName type={type} />)),
    ...labels.map((mark) => line("label", mark.id, mark.name, <MarkLine mark={mark} />)),
    ...tags.map((mark) => line("tag", mark.id, mark.name, <MarkLine mark={mark} />)),
  ];
  return (
    <ChoiceDialog
      title={t("filter.title")}
      search={t("filter.search")}
      nothing={choices.length === 0 ? t("filter.none") : t("filter.nothing")}
      choices={choices}
      onChoose={({ id }) => {
        const choice = choices.find((one) => one.id === id);
        if (choice !== undefined) onChange(narrowed(narrowing, choice.kind, choice.checked ? undefined : choice.value));
      }}
      close={close}
    />
  );
}
