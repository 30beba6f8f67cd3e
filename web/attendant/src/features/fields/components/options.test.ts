import { expect, test } from "vitest";

import { optionsOf } from "./options";

const BEFORE = [
  { value: "Ouro", label: "Ouro" },
  { value: "Prata", label: "Prata" },
];

test("each line is an option, once", () => {
  expect(optionsOf(" Ouro \n\nPrata\nOuro", [])).toEqual(BEFORE);
});

test("an option that is renamed keeps the value that records hold", () => {
  expect(optionsOf("Ouro\nPrata+", BEFORE)).toEqual([BEFORE[0], { value: "Prata", label: "Prata+" }]);
});

test("options that are moved, added or taken away keep theirs", () => {
  expect(optionsOf("Prata\nOuro", BEFORE)).toEqual([BEFORE[1], BEFORE[0]]);
  expect(optionsOf("Bronze\nOuro\nPrata", BEFORE)).toEqual([{ value: "Bronze", label: "Bronze" }, ...BEFORE]);
  expect(optionsOf("Prata", BEFORE)).toEqual([BEFORE[1]]);
});
