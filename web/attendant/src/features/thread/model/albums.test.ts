import { expect, test } from "vitest";

import { message } from "../testing";
import { blocksOf, columnsOf, withAlbumsTogether } from "./albums";
import { shownOf } from "./shown";

const ME = { id: "me", name: "Bruna" };
const picture = (id: string) => ({
  id,
  name: `${id}.jpg`,
  mime_type: "image/jpeg",
  size: 9,
  url: `/${id}`,
  state: "ready" as const,
});
const item = (id: string, position: number, changes: Parameters<typeof message>[0] = {}) =>
  message({
    id,
    kind: "image",
    text: null,
    attachments: [picture(id)],
    content: { album: { id: "A", position } },
    ...changes,
  });
const rowsOf = (messages: ReturnType<typeof message>[]) => shownOf(messages, [], ME);
const ids = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => row.message.id);

test("an album of 3 whose second item came late, after a text: 3 files together, ordered by position, both captions", () => {
  const rows = rowsOf([
    item("a1", 11, { text: "primeira" }),
    item("a3", 13, { text: "terceira" }),
    message({ id: "t", text: "depois" }),
    item("a2", 12),
  ]);
  const together = withAlbumsTogether(rows);
  expect(ids([...together])).toEqual(["a1", "a2", "a3", "t"]);
  const [album, text] = blocksOf(together);
  expect(album?.type === "album" && album.rows.map(({ message: { text: said } }) => said)).toEqual([
    "primeira",
    null,
    "terceira",
  ]);
  expect(text?.type).toBe("row");
});

test("without albums nothing is moved or made anew", () => {
  const rows = rowsOf([message({}), message({})]);
  expect(withAlbumsTogether(rows)).toBe(rows);
});

test("albums of both directions with the same id are two", () => {
  const own = { direction: "outbound", author: { type: "attendant", id: "me", name: "Bruna" } } as const;
  const rows = rowsOf([item("a1", 1), item("b1", 1, own), item("a2", 2), item("b2", 2, own)]);
  expect(ids([...withAlbumsTogether(rows)])).toEqual(["a1", "a2", "b1", "b2"]);
});

test.each([
  ["one that was deleted", { deleted_at: "2026-11-22T15:00:00.000Z" }],
  ["one that failed", { status: "failed", direction: "outbound" }],
  ["a document", { kind: "document" }],
] as const)("%s stands alone, with its words", (_, changes) => {
  const blocks = blocksOf(rowsOf([item("a1", 1, changes), item("a2", 2, changes)]));
  expect(blocks.map(({ type }) => type)).toEqual(["row", "row"]);
});

test("a single item is no album", () => {
  expect(blocksOf(rowsOf([item("a1", 1)])).map(({ type }) => type)).toEqual(["row"]);
});

test.each([
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 2],
  [10, 3],
])("%i tiles stand in %i columns", (count, columns) => {
  expect(columnsOf(count)).toBe(columns);
});
