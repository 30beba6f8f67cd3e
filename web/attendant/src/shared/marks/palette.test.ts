import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { nextColor, PALETTE } from "./palette";

const tokens = readFileSync("src/shared/theme/tokens.css", "utf8");
const surfaces = [...tokens.matchAll(/--surface-[01]: (#[0-9a-f]{6})/g)].map(([, color]) => color ?? "");

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

test.each(PALETTE)("$name is seen on every surface, light and dark", ({ color }) => {
  expect(surfaces).toHaveLength(4);
  for (const surface of surfaces) expect(contrast(color, surface), surface).toBeGreaterThanOrEqual(3);
});

test("a new mark gets a colour that the others use least", () => {
  expect(nextColor([])).toBe("#dc2626");
  expect(nextColor(["#DC2626", "#c2570c"])).toBe("#a16207");
  expect(nextColor(PALETTE.map(({ color }) => color))).toBe("#dc2626");
});
