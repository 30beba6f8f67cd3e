import { expect, test } from "vitest";

import type { BulkOutcome } from "@/shared/conversations/bulk";

import { aConversation } from "../testing";
import { backOf, closingSteps, reasonOf, retryable } from "./bulk";

const VENDAS = { id: "t1", name: "Vendas" };
const typed = aConversation({ id: "typed", type: VENDAS });
const bare = aConversation({ id: "bare", type: null });
const closed = aConversation({ id: "closed", type: null, status: "closed" });
const refused = (id: string, code: string): BulkOutcome => ({ id, status: 409, problem: { code }, conversation: null });

test("the type that was chosen goes to those that have none, and to no other one", () => {
  expect(closingSteps([typed, bare, closed], "t2")).toEqual([
    { conversations: [bare], wanted: { action: "close", type_id: "t2" } },
    { conversations: [typed, closed], wanted: { action: "close" } },
  ]);
});

test("what another attempt can change is tried again, what it cannot is not", () => {
  const failed = ["conflict", "type_required", "never_heard", "forbidden", "not_found", "conversation_closed"];
  expect([...retryable(failed.map((code) => refused(code, code)))]).toEqual([
    "conflict",
    "type_required",
    "never_heard",
  ]);
  expect(reasonOf(refused("x", "never_heard"))).toBe("other");
});

test("taking back gives each conversation the attendant and the type that it had", () => {
  const given = aConversation({ id: "given", assignee: { id: "bia", name: "Bia" } });
  const free = aConversation({ id: "free", assignee: null });
  expect(backOf([given, free], { action: "assign", attendant_id: "me" })).toEqual([
    { conversations: [given], wanted: { action: "assign", attendant_id: "bia" } },
    { conversations: [free], wanted: { action: "assign", attendant_id: null } },
  ]);
  expect(backOf([typed, bare], { action: "classify", type_id: "t2" })).toEqual([
    { conversations: [typed], wanted: { action: "classify", type_id: "t1" } },
    { conversations: [bare], wanted: { action: "classify", type_id: null } },
  ]);
  expect(backOf([typed], { action: "read" })).toBeNull();
});
