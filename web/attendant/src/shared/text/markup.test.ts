import fc from "@/shared/testing/properties";
import { expect, test } from "vitest";

import { parseText, safeHref, type Piece } from "@/shared/text/markup";

const links = (text: string): string[] => parseText(text).flatMap((one) => (one.type === "link" ? [one.href] : []));

test.each([
  ["veja https://exemplo.com/a?b=1.", ["https://exemplo.com/a?b=1"]],
  ["(https://pt.wikipedia.org/wiki/Rio_(rio))", ["https://pt.wikipedia.org/wiki/Rio_(rio)"]],
  ["www.exemplo.com.br!", ["https://www.exemplo.com.br"]],
  ["escreva a ana@exemplo.com, sim", ["mailto:ana@exemplo.com"]],
  ["javascript:alert(1)", []],
  ["data:text/html,<script>alert(1)</script>", []],
])("links of %s", (text, expected) => {
  expect(links(text)).toEqual(expected);
});

test.each([
  ["*negrito* e _itálico_", ["bold", "text", "italic"]],
  ["2*3*4 e snake_case_name", ["text"]],
  ["* não é negrito *", ["text"]],
  ["`a*b*`", ["code"]],
])("emphasis of %s", (text, types) => {
  expect(parseText(text).map((one) => one.type)).toEqual(types);
});

test.each(["javascript:alert(1)", " javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "vbscript:x", "x", ""])(
  "%s is not followed",
  (address) => {
    expect(safeHref(address)).toBeNull();
  },
);

const spoken = (pieces: Piece[]): string =>
  pieces.map((one) => ("pieces" in one ? spoken(one.pieces) : one.text)).join("");

test("nothing that was written is lost, but the marks", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", " ", "*", "_", "~", "`", "\n", ".", "(", ")", "https://x.y", "@") }),
      (text) => {
        const plain = (some: string): string => some.replace(/[*_~`]/g, "");
        expect(plain(spoken(parseText(text)))).toBe(plain(text));
      },
    ),
  );
});
