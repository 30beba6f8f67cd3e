import { describe, expect, test } from "vitest";

import { message } from "../testing";
import { firstUnread, isAtEnd, movedBy, newBelow, placeToLoad, readUpTo, wantsNewer, wantsOlder } from "./place";

const thread = (sequences: number[], more: { hasOlder?: boolean; hasNewer?: boolean } = {}) => ({
  messages: sequences.map((sequence) => message({ sequence })),
  hasOlder: false,
  hasNewer: false,
  ...more,
});

describe("how far somebody has moved", () => {
  const atEnd = { top: 600, height: 400, full: 1000 };

  test("a pane that grew at the end of the thread is no move of theirs", () => {
    expect(movedBy(atEnd, { top: 500, height: 500, full: 1000 })).toBe(0);
    expect(movedBy(atEnd, { top: 0, height: 1200, full: 1000 })).toBe(0);
  });

  test("what they scrolled meanwhile is", () => {
    expect(movedBy(atEnd, { top: 450, height: 500, full: 1000 })).toBe(-50);
    expect(movedBy({ ...atEnd, top: 100 }, { top: 130, height: 400, full: 1300 })).toBe(30);
  });
});

describe("where to land", () => {
  test("nothing unread: nowhere but the newest", () => {
    expect(firstUnread(thread([1, 2]), { unread_count: 0, first_unread_sequence: null })).toBeNull();
  });

  test("the first message at or after the told sequence", () => {
    expect(firstUnread(thread([1, 4, 6]), { unread_count: 2, first_unread_sequence: 3 })).toBe(4);
  });

  test("one that is not loaded is asked for, as long as there are older ones", () => {
    const unread = { unread_count: 60, first_unread_sequence: 3 };
    expect(firstUnread(thread([10, 11], { hasOlder: true }), unread)).toBe("older");
    expect(firstUnread(thread([10, 11]), unread)).toBe(10);
  });

  test("history that was left open is left for the newest", () => {
    expect(placeToLoad(thread([1, 2], { hasNewer: true }), { unread_count: 0 })).toBe("newest");
    expect(placeToLoad(thread([1, 2], { hasOlder: true }), { unread_count: 3 })).toBe("older");
    expect(placeToLoad(thread([1, 2]), { unread_count: 1 })).toBeNull();
  });

  test("a first unread message that is not loaded is loaded by its place, before or after", () => {
    const unread = { unread_count: 60, first_unread_sequence: 30 };
    expect(placeToLoad(thread([80, 81], { hasOlder: true }), unread)).toBe(30);
    expect(placeToLoad(thread([1, 2], { hasNewer: true }), unread)).toBe(30);
    expect(placeToLoad(thread([29, 30, 31], { hasOlder: true, hasNewer: true }), unread)).toBeNull();
    expect(placeToLoad(thread([31, 32]), unread)).toBeNull();
  });

  test("where the server does not tell, the customer's last ones count", () => {
    const found = thread([1, 2, 3]);
    found.messages.push(message({ sequence: 4, direction: "outbound" }));
    expect(firstUnread(found, { unread_count: 2, first_unread_sequence: null })).toBe(2);
  });
});

describe("follow or stay", () => {
  test("only who is at the end follows", () => {
    expect(isAtEnd({ top: 960, height: 500, full: 1500 })).toBe(true);
    expect(isAtEnd({ top: 900, height: 500, full: 1500 })).toBe(false);
  });

  test("pages are loaded before their end is reached", () => {
    const found = thread([5], { hasOlder: true, hasNewer: true });
    expect(wantsOlder(found, { top: 900, height: 500, full: 9000 })).toBe(true);
    expect(wantsOlder(found, { top: 1100, height: 500, full: 9000 })).toBe(false);
    expect(wantsNewer(found, { top: 7600, height: 500, full: 9000 })).toBe(true);
    expect(wantsNewer(thread([5]), { top: 0, height: 500, full: 500 })).toBe(false);
  });

  test("new are the messages of others below what was in sight", () => {
    const messages = [
      message({ sequence: 1 }),
      message({ sequence: 2 }),
      message({ sequence: 3, direction: "outbound", author: { type: "attendant", id: "me", name: null } }),
      message({ sequence: 4, direction: "note", author: { type: "attendant", id: "caio", name: "Caio" } }),
      message({ sequence: 5, direction: "system", author: { type: "system", id: null, name: null } }),
    ];
    expect(newBelow(messages, 1, "me")).toBe(2);
    expect(newBelow(messages, 5, "me")).toBe(0);
  });
});

describe("read", () => {
  const unread = { unread_count: 1, first_unread_sequence: 2 };
  const reader = { attentive: true, seen: 2, told: 0 };

  test("when the newest was in sight of somebody who looks", () => {
    expect(readUpTo(thread([1, 2]), unread, reader)).toBe(2);
  });

  test.each([
    ["a page in the background", thread([1, 2]), { ...reader, attentive: false }],
    ["the newest not in sight", thread([1, 2]), { ...reader, seen: 1 }],
    ["told already", thread([1, 2]), { ...reader, told: 2 }],
    ["old history", thread([1, 2], { hasNewer: true }), reader],
  ])("not: %s", (_, found, who) => {
    expect(readUpTo(found, unread, who)).toBeNull();
  });

  test("by a note that mentions the reader, although nothing of the customer's is unread", () => {
    const reader = { attentive: true, seen: 3, told: 0 };
    expect(readUpTo(thread([1, 2, 3]), { unread_count: 0, mention_sequence: 3 }, reader)).toBe(3);
    expect(readUpTo(thread([1, 2, 3]), { unread_count: 0, mention_sequence: null }, reader)).toBeNull();
  });
});
