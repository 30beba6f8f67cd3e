import { expect, test } from "vitest";

import { choicesOf, shownMarks, treeOf, type Type } from "./catalogue";
import { goneBy } from "./known";

const mark = (id: string, name = id) => ({ id, name, color: "#64748b" });
const type = (id: string, more: Partial<Type> = {}): Type => ({
  id,
  name: id,
  parent_id: null,
  position: 1000,
  archived: false,
  version: 1,
  ...more,
});

test("a mark is shown as it is called now, and not when it is gone", () => {
  const all = [mark("a", "Novo nome"), mark("b")];
  expect(shownMarks([mark("a"), mark("b")], all, {})).toEqual([mark("a", "Novo nome"), mark("b")]);
  expect(shownMarks([mark("a"), mark("b")], all, { a: null })).toEqual([mark("b")]);
  expect(shownMarks([mark("new")], all, {})).toEqual([mark("new")]);
  expect(shownMarks([mark("a")], undefined, {})).toEqual([mark("a")]);
});

test("a mark that was merged is shown as the other one, once", () => {
  const all = [mark("b", "Prazo")];
  expect(shownMarks([mark("a"), mark("b")], all, { a: "b" })).toEqual([mark("b", "Prazo")]);
  expect(shownMarks([mark("a")], all, { a: "x", x: "b" })).toEqual([mark("b", "Prazo")]);
  expect(shownMarks([mark("a")], all, { a: "b", b: null })).toEqual([]);
  expect(shownMarks([mark("a")], all, { a: "b", b: "a" })).toEqual([mark("a")]);
});

test("events say which marks are gone", () => {
  expect(goneBy({ setting: "tag", id: "a", deleted: true })).toEqual({ a: null });
  expect(goneBy({ setting: "label", id: "b", value: { replaces: ["a", "x"] } })).toEqual({ a: "b", x: "b" });
  expect(goneBy({ setting: "type", id: "b", value: { replaces: [] } })).toBeNull();
  expect(goneBy({ setting: "tag", id: "b", value: { name: "B" } })).toBeNull();
  expect(goneBy({ setting: "reply", id: "b", deleted: true })).toBeNull();
});

test("types stand in their order below their parents", () => {
  const types = [type("Zelo"), type("Ajuda"), type("Vendas", { position: 0 }), type("Perda", { parent_id: "Vendas" })];
  expect(treeOf(types).map((one) => [one.type.id, one.children.map(({ id }) => id)])).toEqual([
    ["Vendas", ["Perda"]],
    ["Ajuda", []],
    ["Zelo", []],
  ]);
});

test("archived types, and those under them, cannot be chosen", () => {
  const types = [
    type("old", { archived: true }),
    type("under", { parent_id: "old" }),
    type("sales"),
    type("lost", { parent_id: "sales", archived: true }),
    type("quote", { parent_id: "sales" }),
  ];
  expect(choicesOf(types)).toEqual([
    { id: "sales", name: "sales", parent: null },
    { id: "quote", name: "quote", parent: "sales" },
  ]);
});
