import { useState, type KeyboardEvent, type PointerEvent } from "react";

interface Row {
  top: number;
  height: number;
}

interface Drag {
  from: number;
  to: number;
  /** Where the pointer began, and how far it has gone, in px. */
  y: number;
  by: number;
  rows: readonly Row[];
}

export interface Sorting {
  /** How far a row is shown from its place, in px; undefined while nothing is moved. */
  shift: (at: number) => number | undefined;
  moving: (at: number) => boolean;
  handle: (at: number) => {
    onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    onPointerUp: (event: PointerEvent<HTMLElement>) => void;
    onPointerCancel: () => void;
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  };
}

/** Where a row lands whose middle is at `middle`: past every row whose middle it has crossed. Pure. */
export function placeOf(rows: readonly Row[], from: number, middle: number): number {
  const crossed = (at: number) => {
    const row = rows[at];
    return row !== undefined && (at > from ? middle > row.top + row.height / 2 : middle < row.top + row.height / 2);
  };
  let to = from;
  while (to < rows.length - 1 && crossed(to + 1)) to += 1;
  while (to > 0 && to <= from && crossed(to - 1)) to -= 1;
  return to;
}

/** Moves the rows of a list (`ol`) by a handle: with the pointer, or with the arrows. `move` is told at the end. */
export function useSorting(count: number, move: (from: number, to: number) => void): Sorting {
  const [drag, setDrag] = useState<Drag | null>(null);

  const begin = (event: PointerEvent<HTMLElement>, from: number) => {
    const list = event.currentTarget.closest("ol");
    if (event.button !== 0 || list === null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const rows = [...list.children].map((row) => {
      const { top, height } = row.getBoundingClientRect();
      return { top, height };
    });
    setDrag({ from, to: from, y: event.clientY, by: 0, rows });
  };
  const followed = (clientY: number): Drag | null => {
    const row = drag?.rows[drag.from];
    if (drag === null || row === undefined) return drag;
    const by = clientY - drag.y;
    return { ...drag, to: placeOf(drag.rows, drag.from, row.top + row.height / 2 + by), by };
  };
  const end = (last: Drag | null) => {
    if (last !== null && last.to !== last.from) move(last.from, last.to);
    setDrag(null);
  };

  return {
    moving: (at) => drag?.from === at,
    shift: (at) => {
      if (drag === null) return undefined;
      if (at === drag.from) return drag.by;
      const height = drag.rows[drag.from]?.height ?? 0;
      if (at > drag.from && at <= drag.to) return -height;
      return at < drag.from && at >= drag.to ? height : 0;
    },
    handle: (at) => ({
      onPointerDown: (event) => begin(event, at),
      onPointerMove: ({ clientY }) => setDrag(followed(clientY)),
      // Of the pointer's last moves React may not have shown any yet: where it is let go counts.
      onPointerUp: ({ clientY }) => end(followed(clientY)),
      onPointerCancel: () => end(null),
      onKeyDown: (event) => {
        if (event.key === "Escape") end(null);
        const to = event.key === "ArrowUp" ? at - 1 : event.key === "ArrowDown" ? at + 1 : at;
        if (to === at) return;
        event.preventDefault();
        if (to >= 0 && to < count) move(at, to);
      },
    }),
  };
}

/** The list with one item elsewhere. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = [...items];
  const [one] = rest.splice(from, 1);
  if (one !== undefined) rest.splice(to, 0, one);
  return rest;
}
