import { IconDots } from "@tabler/icons-react";
import { memo, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";

import { useThreadActions } from "../../hooks/threadContext";
import { useMessageRow } from "../../hooks/useMessageRow";
import { contextOf, filesOf } from "../../model/context";
import { sideOf } from "../../model/entries";
import type { Shown } from "../../model/shown";
import { Captions, Grid, GridTile, NotReady } from "../body/Grid";
import { ForwardedLabel } from "./labels";
import classes from "./message.module.css";
import { Quote } from "./Quote";
import { Reactions } from "./Reactions";
import { Tags } from "./Tags";
import { Ticks } from "./Ticks";

interface Props {
  rows: readonly Shown[];
  first: boolean;
  last: boolean;
  author: string;
}

/** Pictures that were sent together, as one group. Each is a message of its own: its menu, tags and reactions. */
export function AlbumRow({ rows, first, last, author }: Props) {
  const { t } = useTranslation("thread");
  const [head] = rows;
  if (head === undefined) return null;
  const side = sideOf(head.message);
  const status = rows.at(-1)?.message.status;
  const answered = rows.find(({ message }) => message.reply_to ?? contextOf(message).quote);
  return (
    <div
      className={classes.row}
      data-side={side}
      data-first={first || undefined}
      data-last={last || undefined}
      role="group"
      aria-label={t("album.label", { count: rows.length })}
    >
      <div className={classes.line}>
        <div className={classes.bubble} data-media>
          <ForwardedLabel message={head.message} />
          {answered && <Quote message={answered.message} quoted={answered.quoted} />}
          <Grid count={rows.length}>
            {rows.map((row, at) => (
              <AlbumTile key={row.key} row={row} author={author} at={at + 1} of={rows.length} />
            ))}
          </Grid>
          <NotReady files={rows.flatMap(({ message }) => filesOf(message))} />
          <Captions texts={rows.map(({ message }) => message.text ?? "")} />
        </div>
        {side === "own" && status && <Ticks status={status} />}
      </div>
      {rows.map(({ key, message }) => (
        <Reactions key={key} message={message} />
      ))}
      {rows.map(({ key, message }) => (
        <Tags key={key} message={message} />
      ))}
    </div>
  );
}

const AlbumTile = memo(function AlbumTile({
  row,
  author,
  at,
  of,
}: {
  row: Shown;
  author: string;
  at: number;
  of: number;
}) {
  const { t } = useTranslation("thread");
  const { t: marks } = useTranslation("marks");
  const { openMenu } = useThreadActions();
  const { selected, settled, element } = useMessageRow(row, author);
  const file = filesOf(row.message)[0];
  if (file === undefined) return null;
  const openBelow = ({ currentTarget }: MouseEvent) => {
    const { left, bottom } = currentTarget.getBoundingClientRect();
    openMenu(row.message, { x: left, y: bottom });
  };
  return (
    <div className={classes.tile} {...element}>
      {selected !== null && (
        <input
          type="checkbox"
          className={classes.check}
          checked={selected}
          readOnly
          tabIndex={-1}
          aria-label={marks("select.one")}
        />
      )}
      <GridTile message={row.message} file={file} at={at} of={of} />
      {settled && selected === null && (
        <button
          type="button"
          className={classes.tileMore}
          aria-label={`${t("action.more")}, ${t("album.of", { at, of })}`}
          title={t("action.more")}
          onClick={openBelow}
        >
          <IconDots size={18} aria-hidden />
        </button>
      )}
    </div>
  );
});
