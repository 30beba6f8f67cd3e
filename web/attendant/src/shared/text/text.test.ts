import { expect, test } from "vitest";

import { fileSize, sizeLimit } from "@/shared/text/fileSize";
import { initialsOf, stableIndex } from "@/shared/text/initials";
import { linkify, safeHref } from "@/shared/text/linkify";
import { neutralFileName, neutralName, splitFileName } from "@/shared/text/neutral";

function links(text: string): [string, string][] {
  return linkify(text).flatMap((segment) =>
    "href" in segment ? [[segment.text, segment.href] as [string, string]] : [],
  );
}

test.each([
  ["veja https://exemplo.com.br/a?b=1.", [["https://exemplo.com.br/a?b=1", "https://exemplo.com.br/a?b=1"]]],
  [
    "(https://pt.wikipedia.org/wiki/Ana_(nome))",
    [["https://pt.wikipedia.org/wiki/Ana_(nome)", "https://pt.wikipedia.org/wiki/Ana_(nome)"]],
  ],
  ["www.exemplo.com, ok", [["www.exemplo.com", "https://www.exemplo.com/"]]],
  ["escreva para ana.silva+x@exemplo.com.br!", [["ana.silva+x@exemplo.com.br", "mailto:ana.silva+x@exemplo.com.br"]]],
  ["tel:+5511999990000", [["tel:+5511999990000", "tel:+5511999990000"]]],
  ["sem endereço: 1.2.3, a@b, http://", []],
])("%s", (text, expected) => {
  expect(links(text)).toEqual(expected);
});

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  " javascript://exemplo.com/%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "file:///etc/passwd",
  "blob:https://exemplo.com/1",
  "//exemplo.com",
])("%s is never a link", (text) => {
  expect(safeHref(text)).toBeNull();
  expect(links(text).every(([, href]) => /^(https?|mailto|tel):/.test(href))).toBe(true);
});

test("the text stays whole around its links", () => {
  const text = "a https://x.com b <img src=x onerror=alert(1)> www.y.com c";
  expect(
    linkify(text)
      .map((segment) => segment.text)
      .join(""),
  ).toBe(text);
});

test("a link ends where the reading direction is turned", () => {
  expect(links("https://exemplo.com/\u202egpj.exe")).toEqual([["https://exemplo.com/", "https://exemplo.com/"]]);
});

test("100,000 characters without spaces are read once", () => {
  const text = `${"a.".repeat(25_000)}${"@".repeat(25_000)}${"-".repeat(25_000)}`;
  expect(linkify(text)).toEqual([{ text }]);
});

test.each([
  ["Ana\u202eoiram", "Anaoiram"],
  ["  Ana \n\t Maria  ", "Ana Maria"],
  ["A\u0000na\u200b", "Ana"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ["👩‍⚕️ Dra. Ana", "👩‍⚕️ Dra. Ana"],
  [`z${"\u0301".repeat(50)}`, `z${"\u0301".repeat(4)}`],
  ["محمد", "محمد"],
])("the name %j is shown as %j", (name, shown) => {
  expect(neutralName(name)).toBe(shown);
});

test.each([
  ["../../x.html", "x.html"],
  ["C:\\temp\\conta.pdf", "conta.pdf"],
  ["foto\u202egpj.exe", "fotogpj.exe"],
  ["..hidden", "hidden"],
])("the file name %j is shown as %j", (name, shown) => {
  expect(neutralFileName(name)).toBe(shown);
});

test("a long file name keeps its ending in sight", () => {
  expect(splitFileName("contrato-de-prestação.v2.pdf")).toEqual({ stem: "contrato-de-prestação.v2", ending: ".pdf" });
  expect(splitFileName("sem")).toEqual({ stem: "sem", ending: "" });
});

test.each([
  ["Ana Maria de Souza", "AS"],
  ["ana", "A"],
  ["", ""],
  ["(11) 99999-0000", "19"],
  ["🦷 Clínica", "🦷C"],
  ["\u202e Ana", "A"],
])("%j has the initials %j", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test("the same id has the same colour, and ids spread over all of them", () => {
  expect(stableIndex("a", 8)).toBe(stableIndex("a", 8));
  const found = new Set(Array.from({ length: 200 }, (_, at) => stableIndex(`customer-${at}`, 8)));
  expect([...found].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a limit is written as providers write it, a size as systems do", () => {
  expect(sizeLimit(16 * 1024 * 1024, "pt-BR")).toBe("16 MB");
  expect(sizeLimit(500 * 1024, "pt-BR")).toBe("500 kB");
  expect(fileSize(5_242_880, "pt-BR")).toBe("5,2 MB");
  expect(fileSize(999, "en")).toBe("999 byte");
});
