/** What a pointer that was pressed on the week makes of its blocks, wherever it has gone since. Pure. */
import { DAY, dayOf, drawn, movedTo, snapped, STEP, WEEK, withEnd, withStart, type Block } from "./week";

export type Part = "block" | "start" | "end";

/** Where a pointer is: the day, and the minute of that day. */
export interface Place {
  day: number;
  minute: number;
}

export interface Drag {
  part: Part | "new";
  /** What is dragged, as it stands so far. */
  block: Block;
  others: readonly Block[];
  /** Of a new block the minute of the week where it began; of another, how far behind what is held the pointer is. */
  anchor: number;
  /** Of a moved block: how many days behind its start it was taken. */
  days: number;
  /** Where the pointer was pressed. */
  from: Place;
  /** Whether anything has changed yet. */
  gone: boolean;
}

/** A block is taken by one of its parts: nothing changes until the pointer goes elsewhere. */
export function taken(blocks: readonly Block[], block: Block, part: Part, from: Place): Drag {
  const { day, minute } = from;
  const others = blocks.filter((other) => other !== block);
  const days = (day - dayOf(block) + 7) % 7;
  const held = part === "end" ? block.end : block.start;
  const behind = day * DAY + minute - held;
  // Sunday night goes on into Monday: the nearest of the weeks.
  return { part, block, others, anchor: behind - Math.round(behind / WEEK) * WEEK, days, from, gone: false };
}

/** The drag with the pointer at a place. */
export function dragged(drag: Drag, { day, minute }: Place): Drag {
  const { part, block, others, anchor, days, from, gone } = drag;
  // A hand that clicks is not quite still.
  const still = !gone && day === from.day && Math.abs(minute - from.minute) < STEP / 2;
  if (still || Number.isNaN(anchor)) return drag;
  const next = at();
  return next.start === block.start && next.end === block.end ? drag : { ...drag, block: next, gone: true };

  function at(): Block {
    if (part === "new") {
      const here = day * DAY + snapped(minute);
      return drawn(others, anchor, Math.min(here, (Math.floor(anchor / DAY) + 1) * DAY)) ?? block;
    }
    // Where the held edge is shown, which is a little off the pointer; no day's edge is passed that the pointer is not.
    const held = snapped(minute - anchor);
    if (part === "end") return withEnd(block, others, day * DAY + Math.min(DAY, Math.max(0, held)));
    if (part === "start") return withStart(block, others, day * DAY + Math.min(DAY - STEP, Math.max(0, held)));
    const wanted = Math.min(DAY - STEP, Math.max(0, held + days * DAY));
    return movedTo(block, others, (day - days) * DAY + wanted);
  }
}
