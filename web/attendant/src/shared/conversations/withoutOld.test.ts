import { expect, test } from "vitest";

import type { Message } from "@/shared/api/types";

import { withoutOld } from "./thread";

const messages = Array.from({ length: 250 }, (_, at) => ({ id: `m${at}`, sequence: at }) as Message);

test("a thread that is left keeps its newest messages, and knows that there are older ones", () => {
  const left = withoutOld({ messages, hasOlder: false, hasNewer: false });
  expect(left.messages.at(-1)).toBe(messages.at(-1));
  expect(left).toMatchObject({ messages: { length: 100 }, hasOlder: true, hasNewer: false });
});

test("a short one, and one that shows history, stay as they are", () => {
  const short = { messages: messages.slice(0, 100), hasOlder: false, hasNewer: false };
  const history = { messages, hasOlder: true, hasNewer: true };
  expect(withoutOld(short)).toBe(short);
  expect(withoutOld(history)).toBe(history);
});
