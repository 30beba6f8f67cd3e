import { expect, test } from "vitest";

import type { Conversation } from "@/shared/api/types";

import { stepsFor, taken, type Seen } from "./steps";

const nothing: Seen = {
  since: "2026-11-22T12:00:00Z",
  me: "me",
  phoneOpen: false,
  conversations: [],
  attendants: 1,
  channels: { now: 3, atFirst: 3 },
};
const conversation = (changes: object) =>
  ({ last_activity_at: "2026-11-22T12:05:00Z", assignee: null, last_message: null, ...changes }) as Conversation;
const inbound = { direction: "inbound", author: { type: "contact" } };
const answer = { direction: "outbound", author: { type: "attendant", id: "me" }, status: "sent" };

test.each<[string, Partial<Seen>, string[]]>([
  ["nothing", {}, []],
  ["the phone", { phoneOpen: true }, ["phone"]],
  ["a customer's message", { conversations: [conversation({ last_message: inbound })] }, ["phone", "write"]],
  [
    "an old message",
    { conversations: [conversation({ last_message: inbound, last_activity_at: "2026-11-22T11:00:00Z" })] },
    [],
  ],
  [
    "somebody else's answer",
    { conversations: [conversation({ last_message: { ...answer, author: { type: "attendant", id: "x" } } })] },
    [],
  ],
  [
    "my conversation",
    { conversations: [conversation({ assignee: { id: "me" }, last_message: inbound })] },
    ["phone", "write", "take"],
  ],
  ["my answer", { conversations: [conversation({ last_message: answer })] }, ["phone", "write", "take", "answer"]],
  [
    "its ticks",
    { conversations: [conversation({ last_message: { ...answer, status: "read" } })] },
    ["phone", "write", "take", "answer", "ticks"],
  ],
  ["a colleague", { attendants: 2 }, ["attendant"]],
  ["a number", { channels: { now: 4, atFirst: 3 } }, ["number"]],
])("%s shows the steps that were taken", (_, changes, steps) => {
  expect(taken({ ...nothing, ...changes })).toEqual(steps);
});

test("without a phone the guide begins with a channel; without permissions it ends with the ticks", () => {
  expect(stepsFor({ phone: false, mayChannels: true, mayAttendants: true })[0]).toBe("number");
  expect(stepsFor({ phone: true, mayChannels: false, mayAttendants: false }).at(-1)).toBe("ticks");
});
