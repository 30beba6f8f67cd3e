import fc from "@/shared/testing/properties";
import { expect, test } from "vitest";

import type { Interval } from "../api/types";
import {
  addedTo,
  blockOf,
  blocksOf,
  copied,
  DAY,
  drawn,
  fits,
  intervalsOf,
  movedTo,
  segmentsOf,
  shortWeek,
  STEP,
  stepped,
  WEEK,
  withEnd,
  withStart,
  type Block,
} from "./week";

const at = (day: number, hour: number) => day * DAY + hour * 60;
const [MON, TUE, SAT, SUN] = [0, 1, 5, 6];

test.each<[string, Interval]>([
  ["a working day", { day: "monday", start: "09:00", end: "18:00" }],
  ["one that ends at 24:00", { day: "friday", start: "18:00", end: "24:00" }],
  ["a whole day", { day: "sunday", start: "00:00", end: "24:00" }],
  ["one past midnight", { day: "saturday", start: "21:00", end: "02:00" }],
  ["Sunday night into Monday", { day: "sunday", start: "22:30", end: "06:00" }],
  ["24 hours from nine", { day: "tuesday", start: "09:00", end: "09:00" }],
])("%s is the same after it was shown", (_, interval) => {
  expect(intervalsOf(blocksOf([interval]))).toEqual([interval]);
});

test("what goes on past midnight has a part on the next day, Sunday's on Monday", () => {
  expect(segmentsOf([blockOf(SUN, 22 * 60, 6 * 60)])).toEqual([
    { at: 0, day: SUN, from: 1320, to: 1440, isStart: true, isEnd: false },
    { at: 0, day: MON, from: 0, to: 360, isStart: false, isEnd: true },
  ]);
});

test("an end is dragged past midnight into the next day, and over its own start no further than a step", () => {
  const block = blockOf(SUN, 1200, 1320);
  expect(withEnd(block, [], at(MON, 3))).toEqual({ start: at(SUN, 20), end: at(SUN, 20) + 420 });
  expect(withEnd(block, [], at(SUN, 12)).end).toBe(block.start + STEP);
});

test("neither drawing nor dragging an edge goes over another block", () => {
  const lunch = blockOf(MON, 780, 1080);
  expect(drawn([lunch], at(MON, 9), at(MON, 15))).toEqual({ start: at(MON, 9), end: at(MON, 13) });
  expect(withEnd(blockOf(MON, 540, 600), [lunch], at(MON, 17)).end).toBe(at(MON, 13));
  expect(withStart(lunch, [blockOf(MON, 540, 720)], at(MON, 8)).start).toBe(at(MON, 12));
  expect(drawn([lunch], at(MON, 14), at(MON, 15))).toBeNull();
});

test("a block that has no room where it is dropped stays, and the arrows carry it past what lies in its way", () => {
  const morning = blockOf(MON, 480, 720);
  const noon = blockOf(MON, 720, 780);
  expect(movedTo(morning, [noon], at(MON, 9))).toBe(morning);
  expect(stepped(morning, [noon], STEP)).toEqual({ start: at(MON, 13), end: at(MON, 17) });
});

test("a day is copied to others in the place of what they had, and a night is cut where the next day begins", () => {
  const night = blockOf(SAT, 1260, 180);
  const sunday = blockOf(SUN, 600, 720);
  expect(intervalsOf(copied([night, sunday], SAT, [SUN]))).toEqual([
    { day: "saturday", start: "21:00", end: "03:00" },
    { day: "sunday", start: "21:00", end: "03:00" },
  ]);
  const early = blockOf(TUE, 60, 300);
  expect(intervalsOf(copied([blockOf(SAT, 1260, 180), early], SAT, [MON]))).toEqual([
    { day: "monday", start: "21:00", end: "01:00" },
    { day: "tuesday", start: "01:00", end: "05:00" },
    { day: "saturday", start: "21:00", end: "03:00" },
  ]);
});

test("a full day takes nothing more", () => {
  expect(addedTo([blockOf(MON, 0, DAY)], MON)).toBeNull();
  expect(addedTo([], TUE)).toEqual(blockOf(TUE, 540, 1080));
});

test("days with the same hours are one line", () => {
  const week = (["monday", "tuesday", "wednesday", "saturday"] as const).map((day) => ({
    day,
    start: "09:00",
    end: day === "saturday" ? "12:00" : "18:00",
  }));
  expect(shortWeek(week)).toEqual([
    { days: ["monday", "tuesday", "wednesday"], times: "09:00–18:00" },
    { days: ["saturday"], times: "09:00–12:00" },
  ]);
});

/** What hands do to a week. */
const deed = fc.record({
  kind: fc.constantFrom("draw", "end", "start", "move", "step", "copy", "add"),
  one: fc.nat(34),
  minute: fc.nat(WEEK / STEP - 1).map((step) => step * STEP),
  to: fc.nat(WEEK / STEP - 1).map((step) => step * STEP),
});

test("whatever is done, blocks never lie over one another, and none is longer than a day", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 25 }), (deeds) => {
      let blocks: Block[] = [];
      for (const { kind, one, minute, to } of deeds) {
        const block = blocks[one % Math.max(1, blocks.length)];
        const others = blocks.filter((other) => other !== block);
        const drew = kind === "draw" ? drawn(blocks, minute, to) : kind === "add" ? addedTo(blocks, one % 7) : null;
        if (drew !== null) blocks = [...blocks, drew];
        if (block === undefined) continue;
        if (kind === "end") blocks = [...others, withEnd(block, others, to)];
        if (kind === "start") blocks = [...others, withStart(block, others, to)];
        if (kind === "move") blocks = [...others, movedTo(block, others, to)];
        if (kind === "step") blocks = [...others, stepped(block, others, to % 2 ? STEP : -STEP)];
        if (kind === "copy") blocks = copied(blocks, one % 7, [0, 1, 2, 3, 4, 5, 6]);
      }
      for (const block of blocks) {
        expect(block.start).toBeGreaterThanOrEqual(0);
        expect(block.start).toBeLessThan(WEEK);
        expect(
          fits(
            block,
            blocks.filter((other) => other !== block),
          ),
        ).toBe(true);
      }
      expect(blocksOf(intervalsOf(blocks))).toEqual([...blocks].sort((a, b) => a.start - b.start));
    }),
    { numRuns: 200 },
  );
});
