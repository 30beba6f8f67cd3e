import fc from "@/shared/testing/properties";
import { describe, expect, it } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { compare, placeOf } from "@/shared/conversations/list";

import { aConversation, at } from "../testing";
import { arrange, EMPTY, released, type Arrangement, type Hold } from "./arrange";

const none = () => undefined;
const ids = ({ rows }: Arrangement) => rows.map(({ id }) => id);

const [a, b, c, d] = ["a", "b", "c", "d"].map((id, index) => aConversation({ id, last_activity_at: at(-index) })) as [
  Conversation,
  Conversation,
  Conversation,
  Conversation,
];
const LATEST = "-last_activity";

const wrote = (conversation: Conversation, minute: number): Conversation =>
  aConversation({ ...conversation, last_activity_at: at(minute), unread_count: 1 });

describe("arrange", () => {
  it("shows the server's order while nobody uses the list", () => {
    const shown = arrange(released([a, b, c], "none"), [wrote(c, 5), a, b], "none", none, LATEST);
    expect(ids(shown)).toEqual(["c", "a", "b"]);
    expect(shown.waiting).toBe(0);
  });

  it("changes rows where they stand while the list is held, and counts those that have risen", () => {
    const risen = wrote(c, 5);
    const shown = arrange(released([a, b, c], "rows"), [risen, a, b], "rows", none, LATEST);
    expect(ids(shown)).toEqual(["a", "b", "c"]);
    expect(shown.rows[2]).toBe(risen);
    expect(shown.waiting).toBe(1);
  });

  it("lets new rows wait while the list is held", () => {
    const shown = arrange(released([b, c], "order"), [a, b, c], "order", none, LATEST);
    expect(ids(shown)).toEqual(["b", "c"]);
    expect(shown.waiting).toBe(1);
  });

  it("does not count what I wrote myself", () => {
    const mine = aConversation({ ...wrote(c, 5), last_message: { ...lastOf(c), direction: "outbound" } });
    const shown = arrange(released([a, b, c], "rows"), [mine, a, b], "rows", none, LATEST);
    expect(ids(shown)).toEqual(["a", "b", "c"]);
    expect(shown.waiting).toBe(0);
  });

  it("does not count a message for the row that is on top already", () => {
    expect(arrange(released([a, b], "rows"), [wrote(a, 5), b], "rows", none, LATEST).waiting).toBe(0);
  });

  it("keeps a row that no longer belongs there, as it is now, while somebody points at the list", () => {
    const closed = aConversation({ ...b, status: "closed" });
    const shown = arrange(released([a, b, c], "rows"), [a, c], "rows", () => closed, LATEST);
    expect(shown.rows).toEqual([a, closed, c]);
    expect([...shown.gone]).toEqual(["b"]);
    expect(ids(arrange(shown, [a, c], "order", none, LATEST))).toEqual(["a", "c"]);
    expect(ids(arrange(shown, [a, c], "none", none, LATEST))).toEqual(["a", "c"]);
  });

  it("takes a row that came back as one of the list again", () => {
    const held = arrange(released([a, b, c], "rows"), [a, c], "rows", () => b, LATEST);
    const shown = arrange(held, [a, b, c], "rows", none, LATEST);
    expect(ids(shown)).toEqual(["a", "b", "c"]);
    expect(shown.gone.size).toBe(0);
  });

  it("puts a loaded page below, also while the list is held", () => {
    const shown = arrange(released([a, b], "order"), [a, b, c, d], "order", none, LATEST);
    expect(ids(shown)).toEqual(["a", "b", "c", "d"]);
    expect(shown.waiting).toBe(0);
  });

  it("is the same object while nothing has changed", () => {
    const live = [a, b];
    const shown = arrange(EMPTY, live, "rows", none, LATEST);
    expect(arrange(shown, live, "rows", none, LATEST)).toBe(shown);
  });

  it("lets a row go at once that was taken from the person: nobody has a copy of it", () => {
    const shown = arrange(released([a, b, c], "rows"), [a, c], "rows", none, LATEST);
    expect(ids(shown)).toEqual(["a", "c"]);
    expect(shown.gone.size).toBe(0);
  });

  it("never moves a row that is shown while the list is held, and ends in the server's order", () => {
    const row = fc.record({ id: fc.integer({ min: 1, max: 12 }), minute: fc.integer({ min: -40, max: 40 }) });
    const list = fc
      .uniqueArray(row, { selector: ({ id }) => id, maxLength: 12 })
      .map((rows) => rows.map(({ id, minute }) => aConversation({ id: `c${id}`, last_activity_at: at(minute) })))
      .map((rows) => rows.sort((one, other) => compare(placeOf(one), placeOf(other), LATEST)));
    const held = fc.constantFrom<Hold>("order", "rows");
    fc.assert(
      fc.property(list, fc.array(fc.tuple(list, held), { maxLength: 6 }), (first, steps) => {
        let shown = released(first, "none");
        for (const [live, hold] of steps) {
          const before = ids(shown);
          const { rows } = shown;
          shown = arrange(shown, live, hold, (wanted) => rows.find(({ id }) => id === wanted), LATEST);
          const after = ids(shown);
          if (before.length > 0) {
            const stayed = before.filter((id) => after.includes(id));
            expect(after.filter((id) => before.includes(id))).toEqual(stayed);
            if (hold === "rows") expect(stayed).toEqual(before);
          }
          expect(new Set(after).size).toBe(after.length);
        }
        const last = steps.at(-1)?.[0] ?? first;
        expect(ids(arrange(shown, [...last], "none", none, LATEST))).toEqual(last.map(({ id }) => id));
      }),
    );
  });
});

function lastOf(conversation: Conversation) {
  if (!conversation.last_message) throw new Error("needs a message");
  return conversation.last_message;
}
