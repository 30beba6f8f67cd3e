import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { notifyFailed } from "@/shared/ui/notify";

import { useChangeItem, type Changes, type Item, type Kind } from "../api/catalogue";
import classes from "./catalogues.module.css";
import { ColorButton } from "./ColorButton";
import { ItemMenu } from "./ItemMenu";
import { NameField } from "./NameField";
import { useRefusalText } from "./refusals";

interface Props {
  kind: Kind;
  item: Item;
  /** All of the kind: which it can be merged into. */
  others: readonly Item[];
  /** Why it can neither go nor be merged. */
  stays?: string | undefined;
  indent?: boolean;
  children?: ReactNode;
  /** More in its menu. */
  menu?: ReactNode;
}

/** One of a list: its colour and name, changed in place, and what else is done with it. */
export function ItemRow({ kind, item, others, stays, indent = false, children, menu }: Props) {
  const { t } = useTranslation("marks");
  const change = useChangeItem(kind);
  const refusal = useRefusalText();
  const { id, version, name, color, archived } = item;
  const save = (changes: Changes) =>
    change.mutate(
      { id, version, changes },
      {
        onError: (error) => notifyFailed(t(`of.${kind}.failed.change`), refusal(error, t(`of.${kind}.failed.change`))),
      },
    );
  return (
    <li className={classes.row} data-archived={archived || undefined} data-indent={indent || undefined}>
      {color !== undefined && (
        <ColorButton color={color} label={t("list.color_of", { name })} onChoose={(to) => save({ color: to })} />
      )}
      <NameField kind={kind} item={item} />
      {archived && <small className={classes.mark}>{t("list.archived_mark")}</small>}
      {children}
      <ItemMenu kind={kind} item={item} others={others} stays={stays}>
        {menu}
      </ItemMenu>
    </li>
  );
}
