import { IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { ClockTime } from "@/shared/time/times";
import { PersonName } from "@/shared/ui/SafeText";

import { useThreadActions } from "../../hooks/threadContext";
import { blocksOf } from "../../model/albums";
import type { Group } from "../../model/entries";
import { AlbumRow } from "./AlbumRow";
import classes from "./message.module.css";
import { MessageRow } from "./MessageRow";

/** Messages of one author: one name, one time. */
export function MessageGroup({ group }: { group: Group }) {
  const { t } = useTranslation("thread");
  const { me, customer } = useThreadActions();
  const { author, side, rows } = group;
  const name = authorName();
  const blocks = blocksOf(rows);
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
      {blocks.map((block, at) => {
        const place = { first: at === 0, last: at === blocks.length - 1, author: name };
        if (block.type === "album") return <AlbumRow key={block.key} rows={block.rows} {...place} />;
        return <MessageRow key={block.row.key} row={block.row} {...place} />;
      })}
    </section>
  );

  function authorName(): string {
    if (author.type === "contact") return author.name ?? customer;
    if (author.id === me) return t("you");
    return author.name ?? t(`author.${author.type}`);
  }
}
