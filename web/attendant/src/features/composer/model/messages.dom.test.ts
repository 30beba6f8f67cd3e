import { expect, test } from "vitest";

import type { Draft, DraftFile } from "@/shared/conversations/drafts";

import { CAPABILITIES, NOTES } from "./fixtures.testing";
import { messagesOf, obstacleTo, partsCount, textGoesAlone } from "./messages";

const LIMITS = { capabilities: CAPABILITIES, notes: NOTES };
const draft = (changes: Partial<Draft>): Draft => ({ text: "", replyTo: null, files: [], ...changes });
const file = (id: string, mime_type = "image/png", more: Partial<DraftFile> = {}): DraftFile => ({
  id,
  name: `${id}.x`,
  mime_type,
  size: 1000,
  ...more,
});

test("a text goes out with its quote", () => {
  expect(messagesOf(draft({ text: "oi", replyTo: "m1" }), "reply", LIMITS)).toEqual([
    { files: [], body: { direction: "outbound", text: "oi", reply_to: "m1" } },
  ]);
});

test("a note is never a message to the customer", () => {
  const messages = messagesOf(draft({ text: "cuidado", files: [file("a"), file("b")] }), "note", LIMITS);
  expect(messages).toHaveLength(1);
  expect(messages[0]?.body).toEqual({ direction: "note", text: "cuidado", attachment_ids: ["a", "b"] });
});

test("where a message takes one file, each is a message of its own and the text stands under the first", () => {
  const found = messagesOf(draft({ text: "veja", replyTo: "m1", files: [file("a"), file("b")] }), "reply", LIMITS);
  expect(found.map(({ body }) => body)).toEqual([
    { direction: "outbound", kind: "image", attachment_ids: ["a"], text: "veja", reply_to: "m1" },
    { direction: "outbound", kind: "image", attachment_ids: ["b"] },
  ]);
});

test("a text that no file can carry goes first, alone, and that is said", () => {
  const audio = draft({ text: "ouça", files: [file("a", "audio/mpeg")] });
  expect(messagesOf(audio, "reply", LIMITS).map(({ body }) => body.text ?? body.kind)).toEqual(["ouça", "audio"]);
  expect(textGoesAlone(audio, "reply", LIMITS)).toBe(true);
  const long = draft({ text: "a".repeat(101), files: [file("a")] });
  expect(messagesOf(long, "reply", LIMITS)).toHaveLength(2);
  expect(textGoesAlone(draft({ text: "curto", files: [file("a")] }), "reply", LIMITS)).toBe(false);
});

test("a voice message is sent as one", () => {
  const [message] = messagesOf(draft({ files: [file("v", "audio/ogg", { as: "voice" })] }), "reply", LIMITS);
  expect(message?.body).toMatchObject({ kind: "audio", voice: true, attachment_ids: ["v"] });
});

test("what cannot be sent has a reason", () => {
  expect(obstacleTo(draft({ text: " \n" }), "reply", LIMITS)).toEqual({ code: "empty" });
  expect(obstacleTo(draft({ text: "a".repeat(4100) }), "reply", LIMITS)).toEqual({
    code: "too_long",
    over: 4,
    max: 4096,
    unit: "characters",
  });
  expect(obstacleTo(draft({ text: "a".repeat(4100) }), "note", LIMITS)).toBeNull();
  const zip = file("z", "application/zip");
  expect(obstacleTo(draft({ files: [zip] }), "reply", LIMITS)).toMatchObject({
    code: "file",
    problem: { why: "type" },
  });
  expect(obstacleTo(draft({ files: [zip] }), "note", LIMITS)).toBeNull();
});

test("characters are counted as the API counts them", () => {
  expect(obstacleTo(draft({ text: "😀".repeat(4096) }), "reply", LIMITS)).toBeNull();
  expect(obstacleTo(draft({ text: "😀".repeat(4097) }), "reply", LIMITS)).toMatchObject({ over: 1 });
});

const ALBUMS = {
  ...LIMITS,
  capabilities: {
    ...CAPABILITIES,
    text: { max_length: 100_000, unit: "utf16", part: 4096 },
    caption: { max_length: 1024, unit: "utf16" },
    files_per_message: 10,
  },
} as const;

test("where a message takes several files, those of one kind go together, in the order in which they were chosen", () => {
  const files = [
    file("a"),
    file("b"),
    file("p", "application/pdf"),
    file("c"),
    file("v", "audio/ogg", { as: "voice" }),
  ];
  expect(messagesOf(draft({ text: "veja", files }), "reply", ALBUMS).map(({ body }) => body)).toEqual([
    { direction: "outbound", kind: "image", attachment_ids: ["a", "b"], text: "veja" },
    { direction: "outbound", kind: "document", attachment_ids: ["p"] },
    { direction: "outbound", kind: "image", attachment_ids: ["c"] },
    { direction: "outbound", kind: "audio", voice: true, attachment_ids: ["v"] },
  ]);
});

test("a text that is too long for one message goes in parts, counted in the channel's unit", () => {
  const text = "a".repeat(4090) + "😀".repeat(10);
  expect(obstacleTo(draft({ text }), "reply", ALBUMS)).toBeNull();
  expect(partsCount(draft({ text }), "reply", ALBUMS)).toBe(2);
  expect(partsCount(draft({ text }), "note", ALBUMS)).toBe(1);
  expect(partsCount(draft({ text: "curto" }), "reply", ALBUMS)).toBe(1);
});

test("a caption of 1,500 that the channel takes up to 1,024 goes as a message of its own", () => {
  const long = draft({ text: "a".repeat(1500), files: [file("a")] });
  expect(messagesOf(long, "reply", ALBUMS).map(({ body }) => body.kind ?? "text")).toEqual(["text", "image"]);
});
