import { expect, test } from "vitest";

import { phoneText } from "@/shared/text/phone";

test.each([
  ["+5511999990000", "+55 11 99999-0000"],
  ["+551133334444", "+55 11 3333-4444"],
  ["+14155550123", "+1 415 555 0123"],
  ["+351912345678", "+351 912 345 678"],
  ["+541112345678", "+54 111 234 5678"],
  ["11 3333", "11 3333"],
])("%s reads %s", (phone, text) => {
  expect(phoneText(phone)).toBe(text);
});
