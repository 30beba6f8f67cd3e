/** Which target counts, and that time that goes by needs no event. */
import { expect, test } from "vitest";

import type { Conversation, ServiceTarget } from "@/shared/api/types";

import { nextMoment, standingOf } from "./serviceLevel";

const NOON = Date.parse("2026-11-22T12:00:00.000Z");
const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString();

const target = (changes: Partial<ServiceTarget>): ServiceTarget => ({
  target: "first_response",
  state: "running",
  due_at: at(30),
  warn_at: at(20),
  remaining_seconds: null,
  breached_at: null,
  met_at: null,
  ...changes,
});

const conversation = (targets: ServiceTarget[], status: Conversation["status"] = "open") =>
  ({ status, service_level: { policy: { id: "p", name: "Padrão" }, targets } }) as unknown as Conversation;

test.each([
  ["well before its warning", 0, "fine"],
  ["from its warning on", 20, "near"],
  ["in its last second", 29.99, "near"],
  ["from the moment on when it was due", 30, "missed"],
])("a running target is, %s, as the clock says (%d min: %s)", (_, minutes, level) => {
  expect(standingOf(conversation([target({})]), NOON + minutes * 60_000)?.level).toBe(level);
});

test.each([
  [
    "the earliest that runs",
    [target({ target: "resolution", due_at: at(90), warn_at: null }), target({})],
    "first_response",
  ],
  [
    "what runs before what is paused",
    [target({ state: "paused", due_at: null }), target({ target: "resolution" })],
    "resolution",
  ],
  [
    "what was missed before what is due later",
    [
      target({ target: "resolution", due_at: at(10) }),
      target({ state: "breached", due_at: at(-5), breached_at: at(-5) }),
    ],
    "first_response",
  ],
  [
    "what is paused, where nothing runs",
    [target({ state: "met", met_at: at(-1) }), target({ target: "resolution", state: "paused", due_at: null })],
    "resolution",
  ],
] as const)("it stands by %s", (_, targets, wanted) => {
  expect(standingOf(conversation([...targets]), NOON)?.target).toBe(wanted);
});

test("a target that was met, also too late, asks for nothing", () => {
  const late = target({ state: "breached", breached_at: at(-9), met_at: at(-1) });
  expect(standingOf(conversation([late, target({ state: "met" })]), NOON)).toBeNull();
});

test("a closed conversation, and one without targets, asks for nothing", () => {
  expect(standingOf(conversation([target({})], "closed"), NOON)).toBeNull();
  expect(standingOf({ status: "open", service_level: null } as unknown as Conversation, NOON)).toBeNull();
});

test("who shows it looks again at the next warning or due time", () => {
  const both = conversation([target({}), target({ target: "resolution", due_at: at(25), warn_at: at(-5) })]);
  expect(nextMoment(both, NOON)).toBe(at(20));
  expect(nextMoment(both, NOON + 21 * 60_000)).toBe(at(25));
  expect(nextMoment(both, NOON + 31 * 60_000)).toBeNull();
});
