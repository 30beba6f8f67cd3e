import { UnstyledButton } from "@mantine/core";
import { IconBookmark, IconCategory, IconPlus, IconTag, IconX, type Icon } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useCatalogue, useOffered, useTypeChoices, useTypes } from "@/shared/marks/catalogue";
import { MarkLine } from "@/shared/marks/MarkChip";
import { TypeName } from "@/shared/marks/TypeDialog";
import { ChoiceDialog, type Choice } from "@/shared/ui/ChoiceDialog";

import type { Narrowing } from "../model/address";
import classes from "./Toolbar.module.css";

type Kind = "type" | "label" | "tag";

const ICONS: Record<Kind, Icon> = { type: IconCategory, label: IconBookmark, tag: IconTag };
const KINDS: readonly Kind[] = ["type", "label", "tag"];

interface Props {
  narrowing: Narrowing;
  onChange: (narrowing: Narrowing) => void;
}

/** Narrows by type, label and tag: what is chosen stands as a chip, and goes by a click on it. */
export function MarkFilter({ narrowing, onChange }: Props) {
  const { t } = useTranslation("marks");
  const [choosing, setChoosing] = useState(false);
  const chosen = KINDS.filter((kind) => narrowing[kind] !== undefined);
  return (
    <>
      {chosen.map((kind) => (
        <Chosen key={kind} kind={kind} id={narrowing[kind] ?? ""} remove={() => onChange(narrowed(narrowing, kind))} />
      ))}
      <UnstyledButton
        className={classes.chip}
        aria-label={t("filter.add")}
        title={t("filter.add")}
        onClick={() => setChoosing(true)}
      >
        <IconPlus size={14} stroke={1.75} aria-hidden />
        {chosen.length === 0 && t("filter.more")}
      </UnstyledButton>
      {choosing && <FilterDialog narrowing={narrowing} onChange={onChange} close={() => setChoosing(false)} />}
    </>
  );
}

function Chosen({ kind, id, remove }: { kind: Kind; id: string; remove: () => void }) {
  const { t } = useTranslation("marks");
  const types = useTypes();
  const marks = useCatalogue(kind === "label" ? "label" : "tag");
  const known = kind === "type" ? types : marks;
  const name = known?.find((one) => one.id === id)?.name ?? (known === undefined ? "…" : t("filter.gone"));
  const Glyph = ICONS[kind];
  return (
    <UnstyledButton
      className={classes.chip}
      data-on
      aria-label={`${t(`filter.${kind}`)}: ${t("filter.remove", { name })}`}
      title={name}
      onClick={remove}
    >
      <Glyph size={14} stroke={1.75} aria-hidden />
      <bdi className={classes.chosen}>{name}</bdi>
      <IconX size={12} stroke={2} aria-hidden />
    </UnstyledButton>
  );
}

function FilterDialog({ narrowing, onChange, close }: Props & { close: () => void }) {
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

function narrowed(narrowing: Narrowing, kind: Kind, value?: string): Narrowing {
  const others = Object.fromEntries(Object.entries(narrowing).filter(([name]) => name !== kind)) as Narrowing;
  return value === undefined ? others : { ...others, [kind]: value };
}
