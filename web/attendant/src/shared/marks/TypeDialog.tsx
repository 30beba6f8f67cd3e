import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "@/shared/session/SessionProvider";
import { ChoiceDialog } from "@/shared/ui/ChoiceDialog";

import { useTypeChoices, type TypeChoice } from "./catalogue";
import classes from "./marks.module.css";

interface Props {
  title: string;
  /** The type that it has. */
  current: string | null;
  /** Whether it can have none. */
  canBeNone?: boolean;
  /** null: none. */
  onChoose: (type: { id: string; name: string } | null) => void;
  children?: ReactNode;
  close: () => void;
}

const NONE = "none";

/** What a conversation is about: by name, with the arrows and Enter. */
export function TypeDialog({ title, current, canBeNone = false, onChoose, children, close }: Props) {
  const { t } = useTranslation("marks");
  const types = useTypeChoices() ?? [];
  const none = { id: NONE, text: t("of.type.none"), checked: current === null };
  const choices = types.map((type) => ({
    id: type.id,
    text: type.parent === null ? type.name : `${type.name} ${type.parent}`,
    shown: <TypeName type={type} />,
    checked: type.id === current,
  }));
  return (
    <ChoiceDialog
      title={title}
      search={t("of.type.search")}
      choices={canBeNone && current !== null ? [...choices, none] : choices}
      nothing={<Nothing none={types.length === 0} close={close} />}
      onChoose={({ id }) => {
        const type = types.find((one) => one.id === id);
        if (id === NONE) onChoose(null);
        else if (type !== undefined) onChoose({ id: type.id, name: type.name });
      }}
      close={close}
    >
      {children}
    </ChoiceDialog>
  );
}

export function TypeName({ type: { name, parent } }: { type: TypeChoice }) {
  return (
    <>
      {parent !== null && (
        <span className={classes.parent}>
          <bdi>{parent}</bdi>
          {" › "}
        </span>
      )}
      <bdi>{name}</bdi>
    </>
  );
}

function Nothing({ none, close }: { none: boolean; close: () => void }) {
  const { t } = useTranslation("marks");
  const mayManage = useMay("settings:manage");
  if (!none) return t("of.type.not_found");
  if (!mayManage) return t("of.type.none_ask");
  return (
    <>
      {t("of.type.none_yet")}{" "}
      <Link to="/settings/types" onClick={close}>
        {t("of.type.settings")}
      </Link>
    </>
  );
}
