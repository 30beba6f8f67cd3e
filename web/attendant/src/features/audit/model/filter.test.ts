import { expect, test } from "vitest";

import { GROUPS, isFiltered, queryOf } from "./filter";

const ZONE = "America/Sao_Paulo";

test("days are whole days of the company's zone", () => {
  expect(queryOf({ from: "2026-10-12", to: "2026-10-12" }, ZONE)).toEqual({
    limit: 50,
    from: "2026-10-12T03:00:00.000Z",
    to: "2026-10-13T03:00:00.000Z",
  });
});

test("a group asks for all of its actions, and a person for theirs", () => {
  expect(queryOf({ group: "hold", actor: "ana" }, ZONE)).toEqual({ limit: 50, actor: "ana", action: GROUPS.hold });
});

test("what is no day, and an end before the beginning, is not asked for", () => {
  expect(queryOf({ from: "soon", to: "" }, ZONE)).toEqual({ limit: 50 });
  expect(queryOf({ from: "2026-10-12", to: "2026-10-01" }, ZONE)).toEqual({
    limit: 50,
    from: "2026-10-12T03:00:00.000Z",
  });
});

test("no action is in two groups", () => {
  const all = Object.values(GROUPS).flat();
  expect(new Set(all).size).toBe(all.length);
});

test("a filter is one that has something", () => {
  expect(isFiltered({})).toBe(false);
  expect(isFiltered({ actor: undefined, group: "session" })).toBe(true);
});
