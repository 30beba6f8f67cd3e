import { IconGripVertical } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/shared/ui/IconButton";
import { announce } from "@/shared/ui/announcer";

import { moved, useSorting } from "../hooks/useSorting";
import classes from "./routing.module.css";

interface Props<T> {
  items: readonly T[];
  label: string;
  mayMove: boolean;
  onOrder: (items: T[]) => void;
  off?: (item: T) => boolean;
  /** What stands in a row, behind its handle. */
  children: (item: T, at: number) => ReactNode;
}

/** A list whose order matters: each row has a handle that is dragged, or moved with the arrows. */
export function SortableList<T extends { id: string; name: string }>(props: Props<T>) {
  const { items, label, mayMove, onOrder, off, children } = props;
  const { t } = useTranslation("routing");
  const list = useRef<HTMLOListElement>(null);
  const focused = useRef<string | null>(null);
  const sorting = useSorting(items.length, (from, to) => {
    const one = items[from];
    if (one === undefined) return;
    focused.current = one.id;
    onOrder(moved(items, from, to));
    announce(t("sort.moved", { name: one.name, place: to + 1, count: items.length }));
  });
  // A row that is put elsewhere loses the focus.
  useEffect(() => {
    if (focused.current === null) return;
    list.current?.querySelector<HTMLElement>(`[data-handle="${focused.current}"] button`)?.focus();
    focused.current = null;
  }, [items]);
  return (
    <ol className={classes.list} aria-label={label} ref={list}>
      {items.map((item, at) => {
        const shift = sorting.shift(at);
        return (
          <li
            key={item.id}
            className={classes.row}
            data-link
            data-off={off?.(item) || undefined}
            data-moving={sorting.moving(at) || undefined}
            style={shift === undefined ? undefined : { transform: `translateY(${shift}px)` }}
          >
            {mayMove && items.length > 1 && (
              <span className={classes.above} data-handle={item.id} {...sorting.handle(at)}>
                <IconButton label={t("sort.handle", { name: item.name })} className={classes.handle ?? ""}>
                  <IconGripVertical size={18} stroke={1.75} aria-hidden />
                </IconButton>
              </span>
            )}
            {children(item, at)}
          </li>
        );
      })}
    </ol>
  );
}
