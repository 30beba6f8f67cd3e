/**
 * The hours of a week as blocks on a ring of minutes: 0 is Monday 00:00, 10,080 is Monday again. Pure.
 *
 * A block that ends after midnight belongs to the day on which it begins. Blocks never lie over one another.
 */
import { DAYS, type Day, type Interval } from "../api/types";

export const DAY = 1440;
export const WEEK = 7 * DAY;
/** To what the pointer and the arrows keep, in minutes. */
export const STEP = 15;
/** What the server takes: intervals of all days together. */
export const MAX_BLOCKS = 35;

export interface Block {
  start: number;
  /** After `start`, at most 24 hours; more than `WEEK` where Sunday goes on into Monday. */
  end: number;
}

export const ring = (minute: number) => ((minute % WEEK) + WEEK) % WEEK;
export const dayOf = ({ start }: Block) => Math.floor(start / DAY);

/** "09:30" of minutes after midnight; midnight at the end of a day is "24:00". */
export function clockOf(minute: number, isEnd = false): string {
  const of = ((minute % DAY) + DAY) % DAY;
  if (isEnd && of === 0) return "24:00";
  return `${String(Math.floor(of / 60)).padStart(2, "0")}:${String(of % 60).padStart(2, "0")}`;
}

/** Minutes after midnight of "09:30"; null for what is no time. */
export function minuteOf(clock: string): number | null {
  const found = /^(\d\d):(\d\d)$/.exec(clock);
  const minute = found === null ? NaN : Number(found[1]) * 60 + Number(found[2]);
  return minute >= 0 && minute <= DAY ? minute : null;
}

/** A block from one time of a day to another: an end that is not later is on the next day. */
export function blockOf(day: number, start: number, end: number): Block {
  return { start: day * DAY + start, end: day * DAY + (end > start ? end : end + DAY) };
}

export function blocksOf(intervals: readonly Interval[]): Block[] {
  const found = intervals.map(({ day, start, end }) =>
    blockOf(DAYS.indexOf(day), minuteOf(start) ?? 0, minuteOf(end) ?? DAY),
  );
  return inOrder(found);
}

export function intervalsOf(blocks: readonly Block[]): Interval[] {
  return inOrder(blocks).map((block) => ({
    day: DAYS[dayOf(block)] ?? "monday",
    start: clockOf(block.start),
    end: clockOf(block.end, block.end % DAY === 0 && block.end - dayOf(block) * DAY === DAY),
  }));
}

const inOrder = (blocks: readonly Block[]) => [...blocks].sort((a, b) => a.start - b.start);

/** The free time around a minute, on the line that the minute is on; null when a block lies over it. */
export function gapAt(blocks: readonly Block[], minute: number): { from: number; to: number } | null {
  let from = minute - WEEK;
  let to = minute + WEEK;
  for (const block of blocks) {
    for (const turn of [-2, -1, 0, 1, 2]) {
      const start = block.start + turn * WEEK;
      const end = block.end + turn * WEEK;
      if (start <= minute && minute < end) return null;
      if (end <= minute) from = Math.max(from, end);
      if (start > minute) to = Math.min(to, start);
    }
  }
  return { from, to };
}

export const snapped = (minute: number) => Math.round(minute / STEP) * STEP;

/** Whether a block has its time for itself among the others. */
export function fits(block: Block, others: readonly Block[]): boolean {
  const gap = gapAt(others, block.start);
  return gap !== null && block.end <= gap.to && block.end - block.start <= DAY && block.end > block.start;
}

const normal = ({ start, end }: Block): Block => ({ start: ring(start), end: ring(start) + (end - start) });

/** A new block between two minutes, as far as there is room; null where there is none. */
export function drawn(others: readonly Block[], anchor: number, to: number): Block | null {
  const gap = gapAt(others, anchor);
  if (gap === null) return null;
  const [low, high] = to >= anchor ? [anchor, Math.max(to, anchor + STEP)] : [to, anchor + STEP];
  const start = Math.max(low, gap.from, high - DAY);
  const end = Math.min(high, gap.to, start + DAY);
  return end > start ? normal({ start, end }) : null;
}

/** The block with its end at a minute of the week, as far as there is room. */
export function withEnd(block: Block, others: readonly Block[], minute: number): Block {
  const after = ring(minute - block.start);
  // Over its own start the pointer is before it, not a week later.
  const wanted = after > DAY + DAY / 2 ? STEP : Math.max(after, STEP);
  const gap = gapAt(others, block.start);
  return { start: block.start, end: Math.min(block.start + Math.min(wanted, DAY), gap?.to ?? block.end) };
}

/** The block with its start at a minute of the week, as far as there is room. */
export function withStart(block: Block, others: readonly Block[], minute: number): Block {
  const before = ring(block.end - minute);
  const wanted = before > DAY + DAY / 2 ? STEP : Math.max(before, STEP);
  const gap = gapAt(others, block.start);
  const start = Math.max(block.end - Math.min(wanted, DAY), gap?.from ?? block.start);
  return normal({ start, end: block.end });
}

/** The block begun at another minute; itself where it has no room there. */
export function movedTo(block: Block, others: readonly Block[], start: number): Block {
  const there = normal({ start, end: start + (block.end - block.start) });
  return fits(there, others) ? there : block;
}

/** The next place for a block in a direction: past what lies in its way. Itself where there is none within a day. */
export function stepped(block: Block, others: readonly Block[], by: number): Block {
  for (let far = by; Math.abs(far) <= DAY; far += Math.sign(by) * STEP) {
    const there = movedTo(block, others, block.start + far);
    if (there !== block) return there;
  }
  return block;
}

/** An hour (or what there is) on a day: after its last block, else from nine. Null where the day is full. */
export function addedTo(blocks: readonly Block[], day: number): Block | null {
  const own = blocks.filter((block) => dayOf(block) === day);
  const last = own.reduce((latest, { end }) => Math.max(latest, end), 0);
  const wanted = own.length === 0 ? [day * DAY + 9 * 60] : [last + 60, last];
  for (const start of [...wanted, ...hoursOf(day)]) {
    if (start < day * DAY || start >= (day + 1) * DAY) continue;
    const gap = gapAt(blocks, start);
    if (gap === null) continue;
    const length = own.length === 0 && start === wanted[0] ? 9 * 60 : 60;
    const end = Math.min(start + length, gap.to, (day + 1) * DAY);
    if (end > start) return { start, end };
  }
  return null;
}

const hoursOf = (day: number) => Array.from({ length: 24 }, (_, hour) => day * DAY + hour * 60);

/** The blocks of a day on other days too, in the place of what those had; what would lie over another is cut off. */
export function copied(blocks: readonly Block[], from: number, to: readonly number[]): Block[] {
  const days = to.filter((day) => day !== from);
  const own = blocks.filter((block) => dayOf(block) === from);
  const kept = blocks.filter((block) => !days.includes(dayOf(block)));
  const made = days.flatMap((day) =>
    own.map(({ start, end }) => ({ start: start + (day - from) * DAY, end: end + (day - from) * DAY })),
  );
  const all = inOrder([...kept, ...made]);
  return all.map((block) => {
    const next = all.map(({ start }) => ring(start - block.start)).filter((far) => far > 0);
    return { start: block.start, end: Math.min(block.end, block.start + Math.min(...next, DAY)) };
  });
}

export interface Segment {
  /** Which of the blocks. */
  at: number;
  day: number;
  /** Minutes of the day. */
  from: number;
  to: number;
  isStart: boolean;
  isEnd: boolean;
}

/** The blocks as they are shown, by day: one that goes on past midnight has a part on the next day. */
export function segmentsOf(blocks: readonly Block[]): Segment[] {
  return blocks.flatMap((block, at) => {
    const day = dayOf(block);
    const end = block.end - day * DAY;
    const first = { at, day, from: block.start - day * DAY, to: Math.min(end, DAY), isStart: true, isEnd: end <= DAY };
    if (end <= DAY) return [first];
    return [first, { at, day: (day + 1) % 7, from: 0, to: end - DAY, isStart: false, isEnd: true }];
  });
}

/** Minutes in which the week is open. */
export const total = (blocks: readonly Block[]) => blocks.reduce((sum, { start, end }) => sum + end - start, 0);

export interface DayLine {
  days: readonly Day[];
  times: string;
}

/** The week in short: neighbouring days with the same hours are one line. Closed days are left out. */
export function shortWeek(intervals: readonly Interval[]): DayLine[] {
  const lines: { days: Day[]; times: string }[] = [];
  for (const day of DAYS) {
    const own = intervals.filter((one) => one.day === day).sort((a, b) => a.start.localeCompare(b.start));
    const times = own.map(({ start, end }) => `${start}–${end}`).join(", ");
    const last = lines.at(-1);
    if (last?.times === times) last.days.push(day);
    else lines.push({ days: [day], times });
  }
  return lines.filter(({ times }) => times !== "");
}
