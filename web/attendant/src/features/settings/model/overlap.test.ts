import { expect, test } from "vitest";

import { rebased, versionToMatch, type Base } from "./overlap";

interface Values {
  name: string;
  limit: number | null;
  members: string[];
}

const first: Values = { name: "Vendas", limit: 3, members: ["ana"] };
const base = (change: Partial<Base<Values>> = {}): Base<Values> => ({
  values: first,
  version: 1,
  told: null,
  ...change,
});

test.each<[string, Partial<Values>, Partial<Values>, number]>([
  ["nothing, so what is loaded is saved over", { name: "Loja" }, {}, 2],
  ["the same field, so the server refuses", { name: "Loja" }, { name: "Comércio" }, 1],
  ["the same field to the same value", { name: "Loja" }, { name: "Loja" }, 2],
  ["another field", { name: "Loja" }, { limit: 5 }, 2],
  ["the same list in another place", { members: ["ana", "bia"] }, { members: ["ana", "rui"] }, 1],
  ["one of two fields", { name: "Loja", limit: 4 }, { limit: 5 }, 1],
  ["a field to nothing", { limit: 4 }, { limit: null }, 1],
])("somebody else has changed %s", (_, mine, theirs, version) => {
  const loaded = { ...first, ...theirs };
  expect(versionToMatch(base(), loaded, 2, { ...loaded, ...mine })).toBe(version);
});

test("a change of what is not shown may be any, so it is never replaced unseen", () => {
  const loaded = { ...first, limit: 5 };
  expect(versionToMatch(base(), loaded, 2, { ...loaded, name: "Loja" }, ["name"])).toBe(1);
  expect(versionToMatch(base(), first, 1, { ...first, name: "Loja" }, ["name"])).toBe(1);
});

test.each<[string, Partial<Base<Values>>, number | null, boolean, number | null]>([
  ["nothing is typed", {}, 2, false, 2],
  ["something is typed", {}, 2, true, 1],
  ["one was told of all until then", { told: 2 }, 2, true, 2],
  ["a third one came after what one was told of", { told: 2 }, 3, true, 1],
  ["what one was told of is not read yet", { told: 2 }, 1, true, 1],
  ["nothing is typed any more", { told: 2 }, 3, false, 3],
  ["it is new", { version: null }, null, true, null],
])("what typing lies over when %s", (_, change, version, typed, expected) => {
  expect(rebased(base(change), first, version, typed).version).toBe(expected);
});

test.each<[string, number, number, number]>([
  ["not read yet: refused again", 2, 1, 1],
  ["a third change after it, of whatever field: refused with that one", 2, 3, 2],
  ["several changes after it", 2, 7, 2],
])("after a refusal, %s", (_, told, version, expected) => {
  const loaded = { ...first, members: ["rui"] };
  expect(versionToMatch(base({ told }), loaded, version, { ...loaded, name: "Loja" })).toBe(expected);
});
