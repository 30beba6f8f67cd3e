import { expect, test } from "vitest";

import type { Conversation } from "@/shared/api/types";
import type { EventFrame } from "@/shared/realtime/frames";
import { handovers } from "@/shared/realtime/handover";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const BIA = { id: "bia", name: "Bia" };
const ME = { id: "me", name: "Ana" };

const held = (assignee: Conversation["assignee"]) => ({ id: "c1", assignee }) as Conversation;

function assigned(assignee: Conversation["assignee"], changes: Record<string, unknown> = {}): EventFrame {
  return {
    id: "e1",
    type: "conversation.assigned",
    subject: "c1",
    occurred_at: new Date(NOW).toISOString(),
    actor: { type: "attendant", ...BIA },
    data: { conversation: held(assignee), changed: ["assignee"] },
    ...changes,
  } as unknown as EventFrame;
}

const told = (frames: EventFrame[], before: Conversation | undefined) =>
  handovers(frames, () => before, "me", NOW).map(({ is, by }) => `${is} by ${by.name}`);

test("what a colleague gives to me, takes from me, or puts back into the queue is told", () => {
  expect(told([assigned(ME)], held(null))).toEqual(["given by Bia"]);
  expect(told([assigned(ME)], undefined)).toEqual(["given by Bia"]);
  expect(told([assigned(BIA)], held(ME))).toEqual(["taken by Bia"]);
  expect(told([assigned(null)], held(ME))).toEqual(["released by Bia"]);
});

test.each([
  ["my own doing", [assigned(ME, { actor: { type: "attendant", ...ME } })], held(null)],
  ["what goes from one colleague to another", [assigned(BIA)], held(null)],
  ["what I have already", [assigned(ME)], held(ME)],
  ["what happened while I was away", [assigned(ME, { occurred_at: "2026-11-29T11:00:00.000Z" })], held(null)],
  ["another change", [assigned(ME, { data: { conversation: held(ME), changed: ["priority"] } })], held(null)],
] as const)("not: %s", (_, frames, before) => {
  expect(told([...frames], before)).toEqual([]);
});

test("of several at once the last one counts", () => {
  expect(told([assigned(ME), assigned(BIA, { id: "e2" })], held(null))).toEqual(["taken by Bia"]);
});
