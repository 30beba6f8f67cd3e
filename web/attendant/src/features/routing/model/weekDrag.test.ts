import { expect, test } from "vitest";

import { blockOf, DAY, STEP, type Block } from "./week";
import { dragged, taken, type Part, type Place } from "./weekDrag";

const [SAT, SUN, MON] = [5, 6, 0];
const at = (day: number, hour: number): Place => ({ day, minute: hour * 60 });
const evening = blockOf(SAT, 21 * 60, 23.5 * 60);
const night = blockOf(SUN, 22 * 60, 6 * 60);
const odd = blockOf(SAT, 9 * 60 + 10, 17 * 60 + 50);

test.each<[string, Block, Part, Place, Place, Block]>([
  ["its end past midnight", evening, "end", at(SAT, 23.4), at(SUN, 2), blockOf(SAT, 21 * 60, 2 * 60)],
  [
    "its end to the foot of its day, and no further",
    evening,
    "end",
    at(SAT, 23.1),
    at(SAT, 24),
    blockOf(SAT, 21 * 60, DAY),
  ],
  ["its start to the top of its day", evening, "start", at(SAT, 21.2), at(SAT, 0), blockOf(SAT, 0, 23.5 * 60)],
  ["it by what it was held at", evening, "block", at(SAT, 22), at(MON, 10), blockOf(MON, 9 * 60, 11.5 * 60)],
  ["Sunday night, by its part on Monday", night, "block", at(MON, 3), at(MON, 4), blockOf(SUN, 23 * 60, 7 * 60)],
  ["the end of Sunday night on Monday", night, "end", at(MON, 5.9), at(MON, 7), blockOf(SUN, 22 * 60, 7 * 60)],
])("the pointer takes %s", (_, block, part, from, to, expected) => {
  expect(dragged(taken([block], block, part, from), to).block).toEqual(expected);
});

test.each<Part>(["block", "start", "end"])("a hand that is not quite still changes nothing by its %s", (part) => {
  const from = { day: SAT, minute: part === "end" ? 17 * 60 + 45 : 9 * 60 + 20 };
  const held = taken([odd], odd, part, from);
  expect(dragged(held, { ...from, minute: from.minute + STEP / 2 - 1 })).toBe(held);
});

test("it makes no difference on which ways a drag has come where it is", () => {
  const held = taken([evening], evening, "end", at(SAT, 23.4));
  const places = [at(SAT, 20), at(SUN, 9), at(SAT, 22.5), at(SUN, 4)];
  expect(dragged(places.reduce(dragged, held), at(SUN, 2))).toEqual(dragged(held, at(SUN, 2)));
});
