import { expect, test, vi } from "vitest";

import { holdReload, watchTyping } from "@/shared/update/reloadHolds";
import { Updates } from "@/shared/update/updates";

const NOON = Date.parse("2026-11-29T12:00:00Z");

function running(options: { own?: string | null; served?: string | null; hidden?: boolean } = {}) {
  const { own = "a", served = "b", hidden = true } = options;
  const around = {
    own,
    served: vi.fn(() => Promise.resolve(served)),
    prepare: vi.fn(() => Promise.resolve()),
    activate: vi.fn(() => Promise.resolve()),
    reload: vi.fn(),
    hidden: () => hidden,
    now: () => NOON,
  };
  return { around, updates: new Updates(around) };
}

test("another build than the loaded one is an update, told once", async () => {
  const { updates, around } = running();
  const told = vi.fn();
  updates.subscribe(told);
  await updates.look();
  await updates.look();
  expect(updates.isAvailable()).toBe(true);
  expect(told).toHaveBeenCalledOnce();
  expect(around.prepare).toHaveBeenCalledOnce();
  expect(around.reload).not.toHaveBeenCalled();
});

test.each([
  ["the same build", { served: "a" }],
  ["a server that serves no client", { served: null }],
  ["a development build", { own: null }],
])("%s is no update", async (_, options) => {
  const { updates } = running(options);
  await updates.look();
  expect(updates.isAvailable()).toBe(false);
});

test("no answer is no update, and nothing breaks", async () => {
  const { updates, around } = running();
  around.served.mockRejectedValueOnce(new Error("offline"));
  await updates.look();
  expect(updates.isAvailable()).toBe(false);
});

test("a hidden tab in which nothing happens changes by itself", async () => {
  const { updates, around } = running();
  await updates.look();
  await updates.applyUnseen();
  expect(around.activate).toHaveBeenCalledOnce();
  expect(around.reload).toHaveBeenCalledOnce();
});

test("a tab that somebody looks at does not", async () => {
  const { updates, around } = running({ hidden: false });
  await updates.look();
  await updates.applyUnseen();
  expect(around.reload).not.toHaveBeenCalled();
});

test("an upload holds the change up", async () => {
  const { updates, around } = running();
  await updates.look();
  const release = holdReload();
  await updates.applyUnseen();
  expect(around.reload).not.toHaveBeenCalled();
  release();
  await updates.applyUnseen();
  expect(around.reload).toHaveBeenCalledOnce();
});

test("what was typed a moment ago holds it up", async () => {
  const { updates, around } = running();
  await updates.look();
  const stop = watchTyping(() => NOON - 1000);
  window.dispatchEvent(new Event("input"));
  await updates.applyUnseen();
  stop();
  expect(around.reload).not.toHaveBeenCalled();
});
