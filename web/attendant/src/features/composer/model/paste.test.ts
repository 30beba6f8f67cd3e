import { expect, test } from "vitest";

import { pastedFiles } from "./paste";

const picture = new File(["x"], "image.png", { type: "image/png" });

const pasted = (texts: Record<string, string>, files: File[]) =>
  pastedFiles({ files, types: Object.keys(texts), getData: (type: string) => texts[type] ?? "" });

test("cells of an office program paste as text, though a picture of them comes along", () => {
  expect(pasted({ "text/plain": "Nome\tValor\nAna\t10", "text/html": "<table>…</table>" }, [picture])).toEqual([]);
});

test("a picture alone is a file, also with the HTML that a browser adds", () => {
  expect(pasted({}, [picture])).toEqual([picture]);
  expect(pasted({ "text/html": '<img src="https://example.com/a.png">' }, [picture])).toEqual([picture]);
});

test("files of a file manager are files, though their names come along as text", () => {
  const files = [new File(["x"], "laudo.pdf"), new File(["x"], "raio x.png")];
  expect(pasted({ "text/plain": "/media/ana/laudo.pdf\n/media/ana/raio x.png" }, files)).toEqual(files);
});

test("text alone is text", () => {
  expect(pasted({ "text/plain": "bom dia" }, [])).toEqual([]);
});
