import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { PassingFrame } from "@/shared/realtime/frames";
import { Presence } from "@/shared/realtime/presence";

let presence: Presence;
let told: number;

const frame = (type: string, data: object, actor: object = { type: "attendant", id: "bia", name: "Bia" }) =>
  presence.take({ type, subject: "c", actor, occurred_at: "2026-11-29T12:00:00.000Z", data } as PassingFrame);
const views = (viewing = true) => frame("conversation.viewing", { viewing });
const types = (note = false) => frame("conversation.typing", { note });

beforeEach(() => {
  vi.useFakeTimers();
  told = 0;
  presence = new Presence("me", () => Date.now());
  presence.subscribe(() => (told += 1));
});

afterEach(() => {
  presence.stop();
  vi.useRealTimers();
});

test("who looks is there until they are not heard of for half a minute", () => {
  views();
  vi.advanceTimersByTime(20_000);
  views();
  vi.advanceTimersByTime(30_000);
  expect(presence.viewers("c").map(({ name }) => name)).toEqual(["Bia"]);
  vi.advanceTimersByTime(10_000);
  expect(presence.viewers("c")).toEqual([]);
});

test("who stops typing is no longer said to type, and looks on", () => {
  views();
  types(true);
  expect(presence.typists("c")).toEqual([{ id: "bia", name: "Bia", note: true }]);
  vi.advanceTimersByTime(8000);
  expect(presence.typists("c")).toEqual([]);
  expect(presence.viewers("c")).toHaveLength(1);
});

test("who leaves neither looks nor types", () => {
  views();
  types();
  views(false);
  expect(presence.viewers("c")).toEqual([]);
  expect(presence.typists("c")).toEqual([]);
});

test("who has sent the message types no longer", () => {
  types();
  presence.wrote("c", "caio");
  expect(presence.typists("c")).toHaveLength(1);
  presence.wrote("c", "bia");
  expect(presence.typists("c")).toEqual([]);
});

test("what I do in another tab is not told", () => {
  frame("conversation.viewing", { viewing: true }, { type: "attendant", id: "me", name: "Ana" });
  expect(presence.viewers("c")).toEqual([]);
});

test("a repetition changes nothing that is drawn, and nothing runs when nobody is there", () => {
  views();
  const before = presence.viewers("c");
  views();
  expect(presence.viewers("c")).toBe(before);
  vi.advanceTimersByTime(60_000);
  expect(vi.getTimerCount()).toBe(0);
});

test("after a lost connection nobody is known to be there", () => {
  views();
  types();
  told = 0;
  presence.clear();
  expect(presence.viewers("c")).toEqual([]);
  expect(presence.typists("c")).toEqual([]);
  expect(told).toBe(1);
});
