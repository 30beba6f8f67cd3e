import { expect, test } from "vitest";

import type { TimelineEntry } from "@/shared/api/types";

import type { Entry } from "./entries";
import { targetOf, withEvents, wordOf } from "./timeline";

const event = (sequence: number, more: Partial<TimelineEntry> = {}): TimelineEntry => ({
  id: `e${sequence}`,
  type: "conversation.closed",
  occurred_at: "2026-03-01T12:00:00.000Z",
  sequence,
  actor: { type: "attendant", id: "bia", name: "Bia" },
  changed: [],
  details: {},
  ...more,
});
const said = (sequence: number): Entry =>
  ({ type: "system", key: `m${sequence}`, row: { message: { sequence } } }) as unknown as Entry;
const keys = (entries: readonly Entry[]) => entries.map((entry) => entry.key);
const WHOLE = { hasOlder: false, hasNewer: false };

test.each([
  [{ type: "conversation.assigned", details: { to: { id: "bia" } } }, "took"],
  [{ type: "conversation.assigned", details: { to: { id: "caio" } } }, "assigned"],
  [{ type: "conversation.assigned", actor: { type: "system" as const }, details: { to: { id: "caio" } } }, "given"],
  [{ type: "conversation.queued", details: { to: null, to_team: { id: "t", name: "Suporte" } } }, "queued"],
  [{ type: "conversation.queued", details: { to: null } }, "queued_for_all"],
  [{ type: "conversation.service_level_warned" }, "warned"],
  [{ type: "conversation.service_level_breached" }, "breached"],
  [{ type: "conversation.updated", changed: ["transfer"] }, "accepted"],
  [{ type: "conversation.snoozed", details: { until: "2026-03-01T12:00:00.000Z" } }, "snoozed"],
  [{ type: "conversation.snoozed", details: { until: null } }, "snoozed_customer"],
  [{ type: "conversation.updated", changed: ["status"], details: { due: "2026-03-01T12:00:00.000Z" } }, "due"],
  [{ type: "conversation.updated", changed: ["status", "snoozed_until"] }, "woken"],
  [{ type: "conversation.updated", changed: ["priority"] }, "priority"],
  [{ type: "conversation.new_in_a_later_version" }, "changed"],
] as [Partial<TimelineEntry>, string][])("%o is told as %s", (more, word) => {
  expect(wordOf(event(1, more))).toBe(word);
});

test("events stand between the messages, in the order in which they happened", () => {
  const shown = withEvents([said(2), said(5)], [event(6), event(3), event(4)], WHOLE);
  expect(keys(shown)).toEqual(["m2", "e3", "e4", "m5", "e6"]);
});

test("what happened outside of what is loaded waits for its messages", () => {
  const shown = withEvents([said(5), said(7)], [event(3), event(6), event(9)], { hasOlder: true, hasNewer: true });
  expect(keys(shown)).toEqual(["m5", "e6", "m7"]);
});

test.each([
  [
    "the team that it came to",
    { to: null, from_team: { id: "v", name: "Vendas" }, to_team: { id: "s", name: "Suporte" } },
    "Suporte",
  ],
  ["the team in which it stayed", { to: null, team: { id: "s", name: "Suporte" } }, "Suporte"],
  ["the attendant, in whatever team", { to: { id: "bia", name: "Bia" }, to_team: { id: "s", name: "Suporte" } }, "Bia"],
  ["an attendant without a name is not their team", { to: { id: "bia" }, team: { id: "s", name: "Suporte" } }, ""],
  ["a priority", { to: "high" }, "high"],
  ["nobody, in no team", { to: null }, ""],
])("an event leads to %s", (_, details, name) => {
  expect(targetOf(event(1, { type: "conversation.transferred", details }))).toBe(name);
});
