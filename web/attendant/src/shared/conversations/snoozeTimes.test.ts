import { expect, test } from "vitest";

import { asMoment, momentIn, snoozeTimes } from "./snoozeTimes";

const ZONE = "America/Sao_Paulo";
const at = (iso: string) => Date.parse(iso);
const offered = (iso: string, zone = ZONE) =>
  Object.fromEntries(snoozeTimes(at(iso), zone).map(({ choice, at: moment }) => [choice, asMoment(moment)]));

test("a wall clock's time is a moment of the company's zone", () => {
  expect(asMoment(momentIn("2026-10-12", "22:30", ZONE))).toBe("2026-10-13T01:30:00.000Z");
  expect(asMoment(momentIn("2026-03-29", "09:00", "Europe/Lisbon"))).toBe("2026-03-29T08:00:00.000Z");
  expect(momentIn("", "09:00", ZONE)).toBeNaN();
});

test("later today is a full hour of today, and is not offered in the evening", () => {
  expect(offered("2026-11-25T13:20:00Z")["later"]).toBe("2026-11-25T16:00:00.000Z");
  expect(offered("2026-11-25T21:30:00Z")["later"]).toBeUndefined();
  expect(offered("2026-11-26T02:30:00Z")["later"]).toBeUndefined();
});

test("tomorrow is the company's tomorrow, not that of London", () => {
  expect(offered("2026-11-26T01:30:00Z")["tomorrow"]).toBe("2026-11-26T12:00:00.000Z");
});

test("next week begins on Monday, which on Sunday is tomorrow", () => {
  expect(offered("2026-11-25T15:00:00Z")["next_week"]).toBe("2026-11-30T12:00:00.000Z");
  expect(offered("2026-11-30T15:00:00Z")["next_week"]).toBe("2026-12-07T12:00:00.000Z");
  expect(offered("2026-11-29T15:00:00Z")["next_week"]).toBeUndefined();
});
