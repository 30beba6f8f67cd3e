import fc from "@/shared/testing/properties";
import { describe, expect, test } from "vitest";

import { lengthOf, mayReach, partsOf, type TextLimit, type TextUnit } from "./lengths";

const UNITS: readonly TextUnit[] = ["characters", "utf16", "bytes"];
const counted: Record<TextUnit, (text: string) => number> = {
  characters: (text) => Array.from(text).length,
  utf16: (text) => text.length,
  bytes: (text) => new TextEncoder().encode(text).length,
};
const limit = (part: number, unit: TextUnit): TextLimit => ({ max_length: 100_000, unit, part });

describe.each(UNITS)("in %s", (unit) => {
  test("a text is as long as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(lengthOf(text, unit)).toBe(counted[unit](text));
        expect(mayReach(text, lengthOf(text, unit), unit)).toBe(true);
      }),
    );
  });

  test("no part is longer than there is room, and nothing but spaces is lost between them", () => {
    const words = fc
      .array(fc.string({ unit: "grapheme", maxLength: 30 }), { maxLength: 30 })
      .map((all) => all.join(" "));
    fc.assert(
      fc.property(words, fc.integer({ min: 40, max: 80 }), (text, part) => {
        const parts = partsOf(text, limit(part, unit));
        const bare = (whole: string) => whole.replace(/\s+/g, "");
        expect(bare(parts.join(""))).toBe(bare(text));
        for (const one of parts) expect(lengthOf(one, unit)).toBeLessThanOrEqual(part);
      }),
    );
  });
});

test("4,090 letters and 10 emoji are one part of 4,110 in characters and two in UTF-16, none cut inside an emoji", () => {
  const text = "a".repeat(4090) + "😀".repeat(10);
  expect(partsOf(text, limit(4100, "characters"))).toHaveLength(1);
  const parts = partsOf(text, limit(4096, "utf16"));
  expect(parts).toHaveLength(2);
  expect(parts.join("")).toBe(text);
  expect(parts.every((part) => !/[\ud800-\udbff]$/.test(part))).toBe(true);
});

test("a text is split after a line in the second half of a part, else after a word", () => {
  expect(partsOf("um dois três\n\nquatro cinco", limit(16, "utf16"))).toEqual(["um dois três", "quatro cinco"]);
  expect(partsOf("um dois três quatro", limit(13, "utf16"))).toEqual(["um dois três", "quatro"]);
  expect(partsOf("curto", limit(13, "utf16"))).toEqual(["curto"]);
  expect(partsOf("ilimitado", { max_length: 5, unit: "utf16" })).toEqual(["ilimitado"]);
});
