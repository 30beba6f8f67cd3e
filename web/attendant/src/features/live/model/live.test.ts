/** What stands where in the supervisor's view, and that nothing moves under the cursor. */
import { expect, test } from "vitest";

import type { Conversation } from "@/shared/api/types";
import type { Availability } from "@/shared/routing/types";

import { named, peopleOf, risksOf } from "./people";
import { steady } from "./steady";

const NOON = Date.parse("2026-11-22T12:00:00.000Z");
const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString();

const person = (id: string, changes: Partial<Availability> = {}): Availability => ({
  id,
  name: id,
  state: "online",
  since: at(-60),
  chosen: false,
  teams: [],
  room: true,
  full_channels: [],
  load: 1,
  limit: 5,
  ...changes,
});

test("who is not named by routing has the name of the colleagues' list, and nobody else's", () => {
  const names = new Map([
    ["a", "Ana"],
    ["b", "Bruno"],
  ]);
  const people = [person("a", { name: null }), person("b", { name: "Bruno Lima" }), person("c", { name: null })];
  expect(named(people, names).map(({ name }) => name)).toEqual(["Ana", "Bruno Lima", null]);
});

const conversation = (id: string, assignee: string | null, waiting: number | null, due: number | null = null) =>
  ({
    id,
    status: assignee === null ? "queued" : "open",
    assignee: assignee === null ? null : { id: assignee, name: assignee },
    waiting_since: waiting === null ? null : at(waiting),
    service_level:
      due === null
        ? null
        : {
            policy: { id: "p", name: "Padrão" },
            targets: [{ target: "next_response", state: "running", due_at: at(due), warn_at: at(due - 10) }],
          },
  }) as unknown as Conversation;

test("who is there stands first, by load, and who is offline only with conversations", () => {
  const people = [
    person("ana", { load: 1 }),
    person("bia", { state: "away" }),
    person("caio", { load: 4 }),
    person("davi", { state: "offline" }),
    person("eva", { state: "offline" }),
    person("ivo", { state: "busy" }),
  ];
  const rows = peopleOf(
    people,
    [conversation("c1", "eva", -3), conversation("c2", "ana", -9), conversation("c3", "ana", null)],
    NOON,
  );
  expect(rows.map(({ id }) => id)).toEqual(["caio", "ana", "ivo", "bia", "eva"]);
  expect(rows.find(({ id }) => id === "ana")).toMatchObject({ waitingSince: at(-9), pressing: 0 });
});

test("risks are near or past their target, the earliest first", () => {
  const all = [
    conversation("later", "ana", -1, 5),
    conversation("fine", "ana", -1, 60),
    conversation("missed", null, -40, -2),
  ];
  expect(risksOf(all, NOON).map(({ id }) => id)).toEqual(["missed", "later"]);
});

test("nothing moves under the cursor: rows stay, new ones come below, those that went are marked", () => {
  const before = [person("ana"), person("bia")];
  const now = [person("caio"), person("bia", { load: 3 })];
  const { rows, gone } = steady(before, now, true);
  expect(rows.map(({ id }) => id)).toEqual(["ana", "bia", "caio"]);
  expect(rows[1]?.load).toBe(3);
  expect([...gone]).toEqual(["ana"]);
  expect(steady(before, now, false)).toEqual({ rows: now, gone: new Set() });
});
