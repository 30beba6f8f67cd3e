import { expect, test } from "vitest";

import { Batches } from "@/shared/realtime/batches";

/** A clock and frames that the test turns by hand. */
function played() {
  const taken: number[][] = [];
  const plans: { call: () => void; wait: number }[] = [];
  let now = 0;
  const batches = new Batches<number>(
    (batch) => taken.push([...batch]),
    (call, wait) => plans.push({ call, wait }),
    () => now,
  );
  const pass = (at: number) => {
    now = at;
    plans.shift()?.call();
  };
  return { batches, taken, plans, pass, at: (time: number) => (now = time) };
}

test("the first event goes with the next frame, those of the same moment with it", () => {
  const { batches, taken, plans, pass } = played();
  batches.add(1);
  batches.add(2);
  expect(plans.map(({ wait }) => wait)).toEqual([0]);
  pass(5);
  expect(taken).toEqual([[1, 2]]);
});

test("what comes right after waits a little, and all of it goes at once", () => {
  const { batches, taken, plans, pass, at } = played();
  batches.add(1);
  pass(0);
  at(20);
  for (const one of [2, 3, 4]) batches.add(one);
  expect(plans.map(({ wait }) => wait)).toEqual([60]);
  pass(80);
  at(500);
  batches.add(5);
  expect(plans.map(({ wait }) => wait)).toEqual([0]);
  pass(510);
  expect(taken).toEqual([[1], [2, 3, 4], [5]]);
});

test("ten thousand at once are split, in their order, and none is lost", () => {
  const { batches, taken, plans, pass } = played();
  const all = Array.from({ length: 10_000 }, (_, at) => at);
  for (const one of all) batches.add(one);
  for (let at = 0; plans.length > 0; at += 100) pass(at);
  expect(taken.flat()).toEqual(all);
  expect(Math.max(...taken.map(({ length }) => length))).toBe(500);
});

test("flushing leaves nothing behind for the pass that was planned", () => {
  const { batches, taken, pass } = played();
  batches.add(1);
  batches.flush();
  pass(10);
  expect(taken).toEqual([[1]]);
});
