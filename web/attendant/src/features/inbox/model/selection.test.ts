import { expect, test } from "vitest";

import { everything, extended, MOST_SELECTED, NOTHING, present, toggled } from "./selection";

const shown = ["a", "b", "c", "d", "e"];

test("a row is selected and taken out again", () => {
  const one = toggled(NOTHING, "b");
  expect([...one.ids]).toEqual(["b"]);
  expect(toggled(one, "b").ids.size).toBe(0);
});

test("shift selects from the last one chosen, in either direction", () => {
  expect([...extended(toggled(NOTHING, "d"), "b", shown).ids]).toEqual(["d", "b", "c"]);
  expect([...extended(toggled(NOTHING, "b"), "d", shown).ids]).toEqual(["b", "c", "d"]);
  expect([...extended(NOTHING, "c", shown).ids]).toEqual(["c"]);
});

test("no more are selected than one request changes", () => {
  const many = Array.from({ length: MOST_SELECTED + 20 }, (_, at) => `${at}`);
  expect(everything(many).ids.size).toBe(MOST_SELECTED);
  expect(toggled(everything(many), "one more").ids.size).toBe(MOST_SELECTED);
});

test("what has left the list is selected no longer", () => {
  const all = everything(shown);
  expect(present(all, shown)).toBe(all);
  expect([...present(all, ["c", "e"]).ids]).toEqual(["c", "e"]);
});
