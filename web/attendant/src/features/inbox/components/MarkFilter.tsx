import { UnstyledButton } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { KeysHeld } from "@/shared/keyboard/useShortcut";
import { useCatalogue, useTypes } from "@/shared/marks/catalogue";
import { PartBoundary } from "@/shared/ui/PartBoundary";
import { lazyPart } from "@/shared/ui/lazyPart";

import type { Narrowing } from "../model/address";
import { narrowed } from "../model/narrowed";
import { MARK_ICONS as ICONS, type MarkKind as Kind } from "./markIcons";
import classes from "./Toolbar.module.css";

const MarkFilterDialog = lazyPart(async () => (await import("./MarkFilterDialog")).MarkFilterDialog);
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
      {choosing && (
        <PartBoundary part="filter">
          <Suspense fallback={<KeysHeld />}>
            <MarkFilterDialog narrowing={narrowing} onChange={onChange} close={() => setChoosing(false)} />
          </Suspense>
        </PartBoundary>
      )}
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
