import { expect, test } from "vitest";

import { MOST_SELECTED, Selection } from "./selection";

test("messages are selected and taken out again until somebody ends it", () => {
  const selection = new Selection();
  expect(selection.now()).toBeNull();
  selection.start("a");
  selection.toggle("b");
  selection.toggle("a");
  expect([...(selection.now() ?? [])]).toEqual(["b"]);
  selection.end();
  expect(selection.now()).toBeNull();
});

test("no more are selected than one request can change", () => {
  const selection = new Selection();
  selection.start();
  const taken = Array.from({ length: MOST_SELECTED + 1 }, (_, n) => selection.toggle(String(n)));
  expect(taken.filter((one) => !one)).toHaveLength(1);
  expect(selection.now()?.size).toBe(MOST_SELECTED);
  expect(selection.toggle("0")).toBe(true);
});
