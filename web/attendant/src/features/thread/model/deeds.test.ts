import { expect, test } from "vitest";

import type { Conversation } from "@/shared/api/types";

import { message } from "../testing";
import { isExpired } from "./context";
import { allowedEmoji, cannotAnswerPrivately, cannotDelete, cannotEdit, isPublicComment, lastEditable } from "./deeds";

const NOW = Date.parse("2026-11-22T16:00:00.000Z");
const CAN = {
  edits: { within_seconds: 7200, kinds: ["text"] },
  deletes: { within_seconds: null, kinds: ["text", "image"] },
} as const;
const EDITS = { edits: { ...CAN.edits, kinds: [...CAN.edits.kinds] } };
const DELETES = { deletes: { ...CAN.deletes, kinds: [...CAN.deletes.kinds] } };
const own = (changes: Parameters<typeof message>[0] = {}) =>
  message({
    direction: "outbound",
    author: { type: "attendant", id: "me", name: "Bruna" },
    status: "sent",
    ...changes,
  });

const ME = { id: "me", writes: true, supervises: false };

test.each([
  ["a text of ours that stands there", own(), null],
  ["a picture", own({ kind: "image" }), "kind"],
  ["one without an id of the provider", own({ external_id: null }), "not_sent"],
  ["one that failed", own({ status: "failed" }), "not_sent"],
  ["one that is too old", own({ occurred_at: "2026-11-22T13:59:00.000Z" }), "too_old"],
  ["a colleague's", own({ author: { type: "attendant", id: "caio", name: "Caio" } }), "colleague"],
  ["one that a rule wrote", own({ author: { type: "system", id: null, name: null } }), null],
] as const)("%s: %s", (_, one, why) => {
  expect(cannotEdit(one, EDITS, ME, NOW)?.why ?? null).toBe(why);
});

test("what the channel cannot do is the channel's reason, what the person may not do theirs", () => {
  expect(cannotEdit(own(), { edits: null }, ME, NOW)).toEqual({ why: "channel" });
  expect(cannotDelete(own(), DELETES, { ...ME, writes: false }, NOW)).toEqual({ why: "permission" });
  expect(cannotDelete(own({ occurred_at: "2020-01-01T00:00:00.000Z" }), DELETES, ME, NOW)).toBeNull();
});

test("what a colleague wrote is changed by who manages the settings only, as the server has it", () => {
  const colleagues = own({ author: { type: "attendant", id: "caio", name: "Caio" } });
  expect(cannotDelete(colleagues, DELETES, ME, NOW)).toEqual({ why: "colleague" });
  expect(cannotDelete(colleagues, DELETES, { ...ME, supervises: true }, NOW)).toBeNull();
});

test("the arrow up edits the last own message that can be edited, not a colleague's and not the customer's", () => {
  const mine = own({ id: "mine" });
  const messages = [
    own({ id: "older" }),
    mine,
    own({ author: { type: "attendant", id: "other", name: "Caio" } }),
    message({}),
    own({ kind: "image" }),
  ];
  expect(lastEditable(messages, EDITS, "me", NOW)?.id).toBe("mine");
  expect(lastEditable(messages, { edits: null }, "me", NOW)).toBeUndefined();
});

const thread = {
  id: "p",
  kind: "post",
  public: true,
  private_channel: { kind: "messenger", account_id: "a", name: "Loja" },
} as NonNullable<Conversation["thread"]>;
const PRIVATE = {
  private_replies: { within_seconds: 7 * 86_400, text: { max_length: 2000, unit: "characters" as const } },
};

test("a public comment is answered in private once, for seven days, where the page has a private channel", () => {
  const why = (one = message({}), strand: Conversation["thread"] = thread) =>
    cannotAnswerPrivately(one, { thread: strand }, PRIVATE, true, NOW)?.why ?? null;
  const answered = { message_id: "m", conversation_id: "k", at: "2026-11-22T15:00:00.000Z" };
  expect(why()).toBeNull();
  expect(why(message({ private_reply: answered }))).toBe("private_done");
  expect(why(message({ occurred_at: "2026-11-15T15:59:00.000Z" }))).toBe("too_old");
  expect(why(message({}), { ...thread, private_channel: null })).toBe("private_channel");
});

test("only what a customer wrote in public is a public comment", () => {
  expect(isPublicComment(message({}), { thread })).toBe(true);
  expect(isPublicComment(message({}), { thread: { ...thread, public: false } })).toBe(false);
  expect(isPublicComment(own(), { thread })).toBe(false);
  expect(isPublicComment(message({ deleted_at: "2026-11-22T15:00:00.000Z" }), { thread })).toBe(false);
});

test("emoji are found in a channel's list with and without the sign for their coloured form", () => {
  expect(allowedEmoji("❤️", ["👍", "❤"])).toBe("❤");
  expect(allowedEmoji("🙏", ["👍"])).toBeNull();
  expect(allowedEmoji("🙏", null)).toBe("🙏");
});

test("a story is gone a day after the message, a post is not", () => {
  const at = "2026-11-21T15:59:59.000Z";
  expect(isExpired({ type: "story_reply" }, at, NOW)).toBe(true);
  expect(isExpired({ type: "story_mention" }, "2026-11-22T15:00:00.000Z", NOW)).toBe(false);
  expect(isExpired({ type: "post" }, at, NOW)).toBe(false);
});
