import { IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { ClockTime } from "@/shared/time/times";
import { PersonName } from "@/shared/ui/SafeText";

import { useThreadActions } from "../../hooks/threadContext";
import type { Group } from "../../model/entries";
import classes from "./message.module.css";
import { MessageRow } from "./MessageRow";

/** Messages of one author: one name, one time. */
export function MessageGroup({ group }: { group: Group }) {
  const { t } = useTranslation("thread");
  const { me, customer } = useThreadActions();
  const { author, side, rows } = group;
  const name = authorName();
  return (
    <section className={classes.group}>
      <div className={classes.head} data-side={side}>
        {side === "note" && (
          <span className={classes.headNote}>
            <IconLock size={12} aria-hidden />
            <span>{t("note.only_team")}</span>
          </span>
        )}
        <span className={classes.headName}>
          <PersonName name={name} />
        </span>
        <ClockTime at={group.at} />
      </div>
      {rows.map((row, at) => (
        <MessageRow key={row.key} row={row} first={at === 0} last={at === rows.length - 1} author={name} />
      ))}
    </section>
  );

  function authorName(): string {
    if (author.type === "contact") return author.name ?? customer;
    if (author.id === me) return t("you");
    return author.name ?? t(`author.${author.type}`);
  }
}
