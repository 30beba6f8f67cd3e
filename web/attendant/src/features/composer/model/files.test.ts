import { expect, test } from "vitest";

import { likelyType, problemOfFile, takesCaption, waysToSend } from "./files";
import { CAPABILITIES } from "./fixtures.testing";

test.each([
  ["photo.jpg", "image/jpg", "image/jpeg"],
  ["photo.JPEG", "", "image/jpeg"],
  ["list.csv", "application/vnd.ms-excel", "text/plain"],
  ["page.html", "text/html", "text/plain"],
  ["song.m4a", "audio/x-m4a", "audio/mp4"],
  ["voice.ogg", "audio/ogg; codecs=opus", "audio/ogg"],
  ["unknown.zzz", "", ""],
])("%s of type %s will most likely be %s", (name, type, expected) => {
  expect(likelyType({ name, type })).toBe(expected);
});

const file = (mime_type: string, size: number | null = 1000) => ({ name: "a", mime_type, size });

test("what the channel does not take is said beforehand, with the reason", () => {
  expect(problemOfFile(file("application/zip"), undefined, CAPABILITIES)).toEqual({ why: "type" });
  expect(problemOfFile(file("image/png", 6_000_000), undefined, CAPABILITIES)).toEqual({ why: "size", max: 5_000_000 });
  expect(problemOfFile(file("image/png", 0), undefined, CAPABILITIES)).toEqual({ why: "empty" });
  expect(problemOfFile(file("image/png"), undefined, CAPABILITIES)).toBeNull();
  expect(problemOfFile(file("image/png"), "document", CAPABILITIES)).toEqual({ why: "type" });
});

test("a type that the browser does not know is left to the server", () => {
  expect(problemOfFile(file(""), undefined, CAPABILITIES)).toBeNull();
});

test("the ways to send a file are the channel's, a sticker last", () => {
  expect(waysToSend("audio/ogg", CAPABILITIES)).toEqual(["audio", "voice"]);
  expect(waysToSend("image/webp", CAPABILITIES)).toEqual(["sticker"]);
  expect(waysToSend("application/zip", CAPABILITIES)).toEqual([]);
  expect(takesCaption("image", CAPABILITIES)).toBe(true);
  expect(takesCaption("audio", CAPABILITIES)).toBe(false);
});
