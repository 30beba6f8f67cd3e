/** How often the server hears that somebody is there. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Touches } from "./touches";

const START = Date.parse("2026-11-22T12:00:00.000Z");
let sent: { used_at: string }[] = [];
let connected = true;

function touches(): Touches {
  return new Touches((frame) => {
    if (connected) sent.push(frame as { used_at: string });
    return connected;
  }, Date.now);
}

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  sent = [];
  connected = true;
});

afterEach(() => vi.useRealTimers());

test("the first touch is told at once, and the last one of each minute after it", () => {
  const one = touches();
  one.used();
  expect(sent).toEqual([{ type: "presence", used_at: "2026-11-22T12:00:00.000Z" }]);
  vi.advanceTimersByTime(10_000);
  one.used();
  vi.advanceTimersByTime(30_000);
  one.used();
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(20_000);
  expect(sent[1]?.used_at).toBe("2026-11-22T12:00:40.000Z");
});

test("an hour of typing is told sixty times, and an untouched page says nothing", () => {
  const one = touches();
  for (let second = 0; second < 3600; second += 5) {
    one.used();
    vi.advanceTimersByTime(5000);
  }
  expect(sent.length).toBeGreaterThanOrEqual(59);
  expect(sent.length).toBeLessThanOrEqual(62);
  const told = sent.length;
  vi.advanceTimersByTime(120_000);
  const after = sent.length;
  expect(after - told).toBeLessThanOrEqual(1);
  vi.advanceTimersByTime(3_600_000);
  expect(sent).toHaveLength(after);
});

test("what was used without a connection is told when there is one again", () => {
  connected = false;
  const one = touches();
  one.used();
  expect(sent).toHaveLength(0);
  connected = true;
  vi.advanceTimersByTime(5000);
  one.again();
  expect(sent).toEqual([{ type: "presence", used_at: "2026-11-22T12:00:00.000Z" }]);
});

test("a click on the page is a use, until it is left", () => {
  const end = touches().start();
  window.dispatchEvent(new Event("pointerdown"));
  expect(sent).toHaveLength(1);
  end();
  vi.advanceTimersByTime(120_000);
  window.dispatchEvent(new Event("pointerdown"));
  expect(sent).toHaveLength(1);
});
