import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ServerClock } from "@/shared/time/clock";
import { Ticker } from "@/shared/time/ticker";

const NOON = Date.parse("2026-11-29T12:00:20Z");

beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => void vi.useRealTimers());

test("one timer ticks for all where a minute of the server's clock begins, and none when nobody listens", () => {
  const ticker = new Ticker(new ServerClock(), 60_000);
  const [one, two] = [vi.fn(), vi.fn()];
  const ends = [ticker.subscribe(one), ticker.subscribe(two)];
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(40_010);
  expect([one, two].map((heard) => heard.mock.calls.length)).toEqual([1, 1]);
  expect(ticker.now()).toBe(Date.parse("2026-11-29T12:01:00Z"));
  for (const end of ends) end();
  expect(vi.getTimerCount()).toBe(0);
});

test("a laptop that is two hours slow is put right as soon as the server's time is known", () => {
  const clock = new ServerClock(() => Date.now() - 7_200_000);
  const ticker = new Ticker(clock, 60_000);
  const heard = vi.fn();
  const end = ticker.subscribe(heard);
  clock.learn("2026-11-29T12:00:20.000Z");
  expect(heard).toHaveBeenCalledTimes(1);
  expect(ticker.now()).toBe(Date.parse("2026-11-29T12:00:00Z"));
  end();
});
