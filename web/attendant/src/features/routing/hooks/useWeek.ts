import { useState, type KeyboardEvent, type PointerEvent } from "react";

import { addedTo, copied, DAY, dayOf, drawn, movedTo, STEP, stepped, withEnd, type Block } from "../model/week";
import { dragged, taken, type Drag, type Part, type Place } from "../model/weekDrag";

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
function placeUnder(grid: HTMLElement, event: PointerEvent<HTMLElement>): Place {
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
    const from = placeUnder(event.currentTarget, event);
    const { day, minute } = from;
    const at = target.closest<HTMLElement>("[data-block]")?.dataset["block"];
    const block = at === undefined ? undefined : blocks[Number(at)];
    if (block === undefined) {
      const start = Math.min(DAY - STEP, Math.floor(minute / STEP) * STEP) + day * DAY;
      // A finger that strokes over the days scrolls the page; one that taps makes an hour.
      const first = drawn(blocks, start, start + (event.pointerType === "touch" ? 60 : STEP));
      if (first === null) return;
      if (event.pointerType === "touch") {
        setDrag({ part: "new", block: first, others: blocks, anchor: NaN, days: 0, from, gone: true });
        return;
      }
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ part: "new", block: first, others: blocks, anchor: start, days: 0, from, gone: false });
      return;
    }
    event.currentTarget.setPointerCapture(event.pointerId);
    const part = (target.closest<HTMLElement>("[data-part]")?.dataset["part"] ?? "block") as Part;
    setDrag(taken(blocks, block, part, from));
  };

  const follow = (event: PointerEvent<HTMLElement>) => {
    if (drag !== null) setDrag(dragged(drag, placeUnder(event.currentTarget, event)));
  };

  const end = (event: PointerEvent<HTMLElement>) => {
    if (drag === null) return;
    // Of the pointer's last moves React may not have shown any yet: where it is let go counts.
    const last = dragged(drag, placeUnder(event.currentTarget, event));
    let { block } = last;
    // A click makes an hour: a quarter is nothing that anybody wants.
    if (last.part === "new" && !last.gone) block = drawn(last.others, last.anchor, last.anchor + 60) ?? block;
    setDrag(null);
    setChosen(block);
    if (last.part === "new" || last.gone) onChange([...last.others, block]);
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
