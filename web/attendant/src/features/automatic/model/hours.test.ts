import { expect, test } from "vitest";

import { DAYS, hoursOf, intervalsOf, linesOf, OFFICE } from "./hours";

test.each([
  ["08:00-12:00, 13:30-18:00", ["08:00-12:00", "13:30-18:00"]],
  ["8-12", ["08:00-12:00"]],
  ["8h – 12h30", ["08:00-12:30"]],
  ["22:00 - 2:00", ["22:00-02:00"]],
  ["00:00-24:00", ["00:00-00:00"]],
  ["  ", []],
])("%j is %j", (line, wanted) => {
  expect(intervalsOf("monday", line)?.map(({ start, end }) => `${start}-${end}`)).toEqual(wanted);
});

test.each(["8", "8-", "25:00-26:00", "08:60-09:00", "das 8 às 18", "08:00-12:00;13:00-18:00"])(
  "%j is wrong",
  (line) => {
    expect(intervalsOf("monday", line)).toBeNull();
  },
);

test("hours that were saved are typed the same", () => {
  const hours = hoursOf(OFFICE, "America/Sao_Paulo");
  expect(hours?.intervals).toHaveLength(5);
  expect(linesOf(hours)).toEqual(OFFICE);
  expect(hoursOf({ ...OFFICE, sunday: "x" }, "UTC")).toBeNull();
  expect(Object.keys(linesOf(null))).toEqual([...DAYS]);
});
