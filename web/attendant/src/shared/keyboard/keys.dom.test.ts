import { expect, test } from "vitest";

import { ariaKeys, chordOf, keyLabels, parseKeys, sameChord } from "@/shared/keyboard/keys";

function pressed(init: KeyboardEventInit, wanted: string, on: "mac" | "other" = "other"): boolean {
  const chord = chordOf(new KeyboardEvent("keydown", init), on);
  const first = parseKeys(wanted)[0];
  return chord !== null && first !== undefined && sameChord(first, chord);
}

test("keys are named as on the person's keyboard", () => {
  expect(keyLabels("mod+k", "mac")).toEqual([["⌘", "K"]]);
  expect(keyLabels("mod+k", "other")).toEqual([["Ctrl", "K"]]);
  expect(keyLabels("g i", "other")).toEqual([["G"], ["I"]]);
  expect(keyLabels("shift+enter", "mac")).toEqual([["⇧", "Enter"]]);
  expect(keyLabels("mod++", "other")).toEqual([["Ctrl", "+"]]);
});

test("screen readers are told of single keys", () => {
  expect(ariaKeys("mod+k", "other")).toBe("Control+K");
  expect(ariaKeys("arrowdown", "other")).toBe("ArrowDown");
  expect(ariaKeys("g i", "other")).toBeUndefined();
});

test("a sign is matched however the layout types it", () => {
  expect(pressed({ key: "?", shiftKey: true }, "?")).toBe(true);
  expect(pressed({ key: "?" }, "?")).toBe(true);
  expect(pressed({ key: "/", ctrlKey: true, altKey: true, modifierAltGraph: true }, "/")).toBe(true);
});

test("a Cyrillic layout reaches the letters by their place", () => {
  expect(pressed({ key: "у", code: "KeyE" }, "e")).toBe(true);
});

test("the modifier is the platform's own", () => {
  expect(pressed({ key: "k", metaKey: true }, "mod+k", "mac")).toBe(true);
  expect(pressed({ key: "k", ctrlKey: true }, "mod+k", "mac")).toBe(false);
  expect(pressed({ key: "k", ctrlKey: true }, "mod+k", "other")).toBe(true);
});
