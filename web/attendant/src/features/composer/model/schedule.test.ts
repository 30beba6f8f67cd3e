import { expect, test } from "vitest";

import { presets, problemOfTime } from "./schedule";

const ZONE = "America/Sao_Paulo";
const WEDNESDAY = Date.parse("2026-11-25T21:30:00.000Z"); // 18:30 there
const HOUR = 3_600_000;

const shown = (now: number) => presets(now, ZONE).map(({ name, at }) => [name, new Date(at).toISOString()]);

test("an hour, tomorrow and Monday are offered in the company's zone", () => {
  expect(shown(WEDNESDAY)).toEqual([
    ["hour", "2026-11-25T22:30:00.000Z"],
    ["tomorrow", "2026-11-26T12:00:00.000Z"],
    ["monday", "2026-11-30T12:00:00.000Z"],
  ]);
});

test("on a Sunday tomorrow is Monday, which is offered once", () => {
  expect(shown(WEDNESDAY + 4 * 24 * HOUR).map(([name]) => name)).toEqual(["hour", "tomorrow"]);
});

test("a time that cannot be is named", () => {
  const until = WEDNESDAY + 2 * HOUR;
  expect(problemOfTime(NaN, WEDNESDAY, null)).toBe("none");
  expect(problemOfTime(WEDNESDAY, WEDNESDAY, null)).toBe("past");
  expect(problemOfTime(WEDNESDAY + 367 * 24 * HOUR, WEDNESDAY, null)).toBe("far");
  expect(problemOfTime(until + 1, WEDNESDAY, until)).toBe("window");
  expect(problemOfTime(until, WEDNESDAY, until)).toBeNull();
});
