import { describe, expect, test } from "vitest";

import { entriesOf } from "./entries";
import { shownOf } from "./shown";
import { message } from "../testing";

const ME = { id: "me", name: "Bruna" };
const ZONE = "America/Sao_Paulo";
const at = (time: string) => `2026-11-22T${time}.000Z`;

function entries(messages: ReturnType<typeof message>[], unreadFrom: number | null = null) {
  return entriesOf(shownOf(messages, [], ME), ZONE, unreadFrom);
}

const shape = (found: ReturnType<typeof entries>) =>
  found.map((entry) => (entry.type === "group" ? `${entry.side}:${entry.rows.length}` : entry.type));

describe("groups", () => {
  test("messages of one author within five minutes are one group", () => {
    const found = entries([
      message({ occurred_at: at("15:00:00") }),
      message({ occurred_at: at("15:04:59") }),
      message({ occurred_at: at("15:05:00") }),
    ]);
    expect(shape(found)).toEqual(["day", "customer:2", "customer:1"]);
  });

  test("another author, and a note among answers, begin a new group", () => {
    const own = { direction: "outbound", author: { type: "attendant", id: "me", name: "Bruna" } } as const;
    const found = entries([
      message({}),
      message(own),
      message({ ...own, direction: "note" }),
      message(own),
      message({ ...own, author: { type: "attendant", id: "other", name: "Caio" } }),
    ]);
    expect(shape(found)).toEqual(["day", "customer:1", "own:1", "note:1", "own:1", "own:1"]);
  });

  test("days are those of the company's zone", () => {
    const found = entries([
      message({ occurred_at: "2026-11-22T02:59:00.000Z" }),
      message({ occurred_at: "2026-11-22T03:00:00.000Z" }),
    ]);
    expect(shape(found)).toEqual(["day", "customer:1", "day", "customer:1"]);
  });

  test("the unread line stands once, before the first unread message, and splits its group", () => {
    const found = entries([message({ sequence: 1 }), message({ sequence: 4 }), message({ sequence: 6 })], 3);
    expect(shape(found)).toEqual(["day", "customer:1", "unread", "customer:2"]);
  });

  test("a system line stands between groups", () => {
    const system = { direction: "system", author: { type: "system" }, content: { type: "identity_changed" } } as const;
    expect(shape(entries([message({}), message(system), message({})]))).toEqual([
      "day",
      "customer:1",
      "system",
      "customer:1",
    ]);
  });
});

test("a message keeps its row's key when the server has it, and unchanged rows keep their identity", () => {
  const item = {
    clientId: "c1",
    conversationId: "k",
    body: { text: "oi" },
    attachments: [],
    at: Date.parse(at("15:00:00")),
    state: "sending",
    problem: null,
  } as const;
  const first = message({});
  const before = shownOf([first], [{ ...item, attachments: [] }], ME);
  const after = shownOf([first, message({ client_id: "c1", direction: "outbound" })], [], ME);
  expect(after.map((row) => row.key)).toEqual(before.map((row) => row.key));
  expect(after[0]).toBe(before[0]);
});

test("groups that did not change keep their identity", () => {
  const [first, second] = [message({}), message({ direction: "note", author: { type: "attendant", id: "me" } })];
  const before = entries([first, second]);
  const after = entries([first, second, message({})]);
  expect(after[1]).toBe(before[1]);
  expect(after[2]).toBe(before[2]);
});

test("an echo that has turned out to be a message of ours is shown as that one, also where it is quoted", () => {
  const ours = message({ id: "ours", direction: "outbound" });
  const echo = message({ id: "echo", direction: "outbound", text: null, same_as: "ours" });
  const answer = message({ id: "answer", reply_to: "echo" });
  const rows = shownOf([ours, echo, answer], [], ME);
  expect(rows.map((row) => row.message.id)).toEqual(["ours", "answer"]);
  expect(rows[1]?.quoted).toBe(ours);
});
