import { useState, type KeyboardEvent, type PointerEvent } from "react";

import {
  addedTo,
  copied,
  DAY,
  dayOf,
  drawn,
  movedTo,
  snapped,
  STEP,
  stepped,
  withEnd,
  withStart,
  type Block,
} from "../model/week";

export type Part = "block" | "start" | "end";

interface Drag {
  part: Part | "new";
  /** The block that is dragged, as it was; of a new one what there is so far. */
  block: Block;
  others: readonly Block[];
  /** Where it began, in minutes of the week: for a moved one, how far behind its start. */
  anchor: number;
  /** Of a moved block: how many days behind its start it was taken. */
  days: number;
  /** Whether the pointer has gone anywhere yet. */
  gone: boolean;
}

export interface Week {
  blocks: readonly Block[];
  /** Which block is chosen. */
  chosen: Block | null;
  choose: (block: Block | null) => void;
  put: (block: Block, as: Block) => void;
  remove: (block: Block) => void;
  add: (day: number) => void;
  copy: (from: number, to: readonly number[]) => void;
  clear: (day: number) => void;
  grid: {
    onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    onPointerUp: (event: PointerEvent<HTMLElement>) => void;
    onPointerCancel: () => void;
  };
  onKey: (event: KeyboardEvent<HTMLElement>, block: Block) => void;
}

/** Day and minute under the pointer; past the edges, the nearest. */
function placeUnder(grid: HTMLElement, event: PointerEvent<HTMLElement>): { day: number; minute: number } {
  const columns = [...grid.querySelectorAll<HTMLElement>("[data-day]")];
  const boxes = columns.map((column) => column.getBoundingClientRect());
  const found = boxes.findIndex(({ right }) => event.clientX < right);
  const day = found === -1 ? boxes.length - 1 : found;
  const box = boxes[day];
  const share = box === undefined || box.height === 0 ? 0 : (event.clientY - box.top) / box.height;
  return { day, minute: Math.min(DAY, Math.max(0, share * DAY)) };
}

const same = (a: Block | null, b: Block) => a !== null && a.start === b.start && a.end === b.end;

/** What hands do to the week: drawing, moving and resizing blocks with the pointer, or all of it with keys. */
export function useWeek(blocks: readonly Block[], onChange: (blocks: Block[]) => void): Week {
  const [drag, setDrag] = useState<Drag | null>(null);
  const [chosen, setChosen] = useState<Block | null>(null);
  const shown = drag === null ? blocks : [...drag.others, drag.block];

  const put = (block: Block, as: Block) => {
    if (same(block, as)) return;
    onChange([...blocks.filter((other) => !same(block, other)), as]);
    setChosen(as);
  };
  const remove = (block: Block) => {
    onChange(blocks.filter((other) => !same(block, other)));
    setChosen(null);
  };

  const begin = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || drag !== null) return;
    const target = event.target as HTMLElement;
    const { day, minute } = placeUnder(event.currentTarget, event);
    const at = target.closest<HTMLElement>("[data-block]")?.dataset["block"];
    const block = at === undefined ? undefined : blocks[Number(at)];
    if (block === undefined) {
      const start = Math.min(DAY - STEP, Math.floor(minute / STEP) * STEP) + day * DAY;
      // A finger that strokes over the days scrolls the page; one that taps makes an hour.
      const first = drawn(blocks, start, start + (event.pointerType === "touch" ? 60 : STEP));
      if (first === null) return;
      if (event.pointerType === "touch") {
        setDrag({ part: "new", block: first, others: blocks, anchor: NaN, days: 0, gone: true });
        return;
      }
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ part: "new", block: first, others: blocks, anchor: start, days: 0, gone: false });
      return;
    }
    event.currentTarget.setPointerCapture(event.pointerId);
    const part = (target.closest<HTMLElement>("[data-part]")?.dataset["part"] ?? "block") as Part;
    const others = blocks.filter((other) => other !== block);
    const days = (day - dayOf(block) + 7) % 7;
    const anchor = days * DAY + minute - (block.start - dayOf(block) * DAY);
    setDrag({ part, block, others, anchor, days, gone: false });
  };

  const follow = (event: PointerEvent<HTMLElement>) => {
    if (drag === null || Number.isNaN(drag.anchor)) return;
    const { day, minute } = placeUnder(event.currentTarget, event);
    const { part, block, others, anchor, days } = drag;
    const here = day * DAY + snapped(minute);
    let next: Block = block;
    if (part === "new") next = drawn(others, anchor, Math.min(here, (Math.floor(anchor / DAY) + 1) * DAY)) ?? block;
    if (part === "end") next = withEnd(block, others, here);
    if (part === "start") next = withStart(block, others, Math.min(here, day * DAY + DAY - STEP));
    if (part === "block") {
      const wanted = snapped(minute - anchor + days * DAY);
      next = movedTo(block, others, (day - days) * DAY + Math.min(DAY - STEP, Math.max(0, wanted)));
    }
    if (!same(next, block)) setDrag({ ...drag, block: next, gone: true });
  };

  const end = (event: PointerEvent<HTMLElement>) => {
    if (drag === null) return;
    let { block } = drag;
    // A click makes an hour: a quarter is nothing that anybody wants.
    if (drag.part === "new" && !drag.gone) block = drawn(drag.others, drag.anchor, drag.anchor + 60) ?? block;
    setDrag(null);
    setChosen(block);
    if (drag.part === "new" || drag.gone) onChange([...drag.others, block]);
    if (event.currentTarget.hasPointerCapture(event.pointerId)) {
      event.currentTarget.releasePointerCapture(event.pointerId);
    }
  };

  const onKey = (event: KeyboardEvent<HTMLElement>, block: Block) => {
    const others = blocks.filter((other) => !same(block, other));
    const by = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
    const days = { ArrowLeft: -DAY, ArrowRight: DAY }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") remove(block);
    else if (by !== undefined && event.shiftKey) {
      const length = block.end - block.start + by;
      if (length >= STEP && length <= DAY) put(block, withEnd(block, others, block.end + by));
    } else if (by !== undefined) put(block, stepped(block, others, by));
    else if (days !== undefined) put(block, movedTo(block, others, block.start + days));
    else return;
    event.preventDefault();
  };

  return {
    blocks: shown,
    chosen: drag?.block ?? chosen,
    choose: setChosen,
    put,
    remove,
    add: (day) => {
      const made = addedTo(blocks, day);
      if (made === null) return;
      onChange([...blocks, made]);
      setChosen(made);
    },
    copy: (from, to) => {
      onChange(copied(blocks, from, to));
    },
    clear: (day) => {
      onChange(blocks.filter((block) => dayOf(block) !== day));
      setChosen(null);
    },
    grid: {
      onPointerDown: begin,
      onPointerMove: follow,
      onPointerUp: end,
      onPointerCancel: () => setDrag(null),
    },
    onKey,
  };
}
