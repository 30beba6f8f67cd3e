import { expect, test, vi } from "vitest";

import { ServerClock } from "@/shared/time/clock";

const NOON = Date.parse("2026-11-29T12:00:00Z");

test("a laptop that is two hours slow shows the server's time", () => {
  const clock = new ServerClock(() => NOON - 2 * 3_600_000);
  clock.learn("Sun, 29 Nov 2026 12:00:00 GMT");
  expect(clock.now()).toBe(NOON);
});

test("a second of network changes nothing", () => {
  const clock = new ServerClock(() => NOON);
  clock.learn("2026-11-29T11:59:59.000Z");
  expect(clock.now()).toBe(NOON);
});

test("a clock that is set right while the client runs is followed", () => {
  let local = NOON - 7_200_000;
  const clock = new ServerClock(() => local);
  const told = vi.fn();
  clock.subscribe(told);
  clock.learn("2026-11-29T12:00:00.000Z");
  local = NOON + 60_000;
  clock.learn("2026-11-29T12:01:00.000Z");
  expect(clock.now()).toBe(NOON + 60_000);
  expect(told).toHaveBeenCalledTimes(2);
});

test.each([null, undefined, "", "yesterday"])("%s teaches nothing", (sent) => {
  const clock = new ServerClock(() => NOON);
  clock.learn(sent);
  expect(clock.now()).toBe(NOON);
});
