import fc from "@/shared/testing/properties";
import { expect, test } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { ORDERS, orderOf } from "@/shared/conversations/filter";
import { byPlace, emptyList, withChanges, withPage } from "@/shared/conversations/list";

const one = (id: string, at: number, waiting: number | null) =>
  ({ id, last_activity_at: `T${at}`, waiting_since: waiting === null ? null : `T${waiting}` }) as Conversation;

test("who waits longest comes first, and who does not wait comes last, the latest first", () => {
  const rows = [one("a", 1, null), one("b", 2, 8), one("c", 3, null), one("d", 4, 7), one("e", 5, 7)];
  expect(rows.toSorted(byPlace("waiting_since")).map(({ id }) => id)).toEqual(["d", "e", "b", "c", "a"]);
  expect(rows.toSorted(byPlace("-last_activity")).map(({ id }) => id)).toEqual(["e", "d", "c", "b", "a"]);
});

test("the queue is worked off from who waits longest, unless somebody chose or searches", () => {
  expect(orderOf({ view: "queue" })).toBe("waiting_since");
  expect(orderOf({ view: "queue", q: "ana" })).toBe("-last_activity");
  expect(orderOf({ view: "queue", order: "-last_activity" })).toBe("-last_activity");
  expect(orderOf({ view: "all" })).toBe("-last_activity");
});

const rows = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom<string>("a", "b", "c", "d", "e", "f", "g", "h"),
    at: fc.integer({ min: 0, max: 5 }),
    waiting: fc.option(fc.integer({ min: 0, max: 5 })),
  }),
  { selector: ({ id }) => id },
);

test("a list of the first page shows, after any changes, the beginning of the whole list", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ORDERS),
      rows,
      rows,
      fc.integer({ min: 1, max: 5 }),
      (order, before, after, size) => {
        const all = before.map(({ id, at, waiting }) => one(id, at, waiting)).sort(byPlace(order));
        const more = all.length > size;
        const page = { items: all.slice(0, size), next_cursor: more ? "next" : null };
        const list = withPage(emptyList(order), page);
        const changes = new Map(after.map(({ id, at, waiting }) => [id, one(id, at, waiting)]));
        const changed = withChanges(list, changes, () => true);
        const whole = [...all.filter(({ id }) => !changes.has(id)), ...changes.values()].sort(byPlace(order));
        const end = more ? page.items.at(-1) : undefined;
        const compare = byPlace(order);
        const reached = whole.filter((row) => end === undefined || compare(row, end) <= 0);
        const shown = changed.rows.filter((row) => end === undefined || compare(row, end) <= 0);
        expect(shown).toEqual(reached);
        expect(changed.rows).toEqual([...changed.rows].sort(compare));
      },
    ),
  );
});
