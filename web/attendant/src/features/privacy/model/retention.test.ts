import { expect, test } from "vitest";

import { bodyOf, daysOf, isValid, sameDays, type Days } from "./retention";

const FOR_EVER: Days = { messages: null, files: null, contacts: null };

test("days are read from what the server told, and told back the same", () => {
  const body = { messages_days: 30, files_days: null, contacts_days: 3650 };
  expect(daysOf(body)).toEqual({ messages: 30, files: null, contacts: 3650 });
  expect(bodyOf(daysOf(body))).toEqual(body);
  expect(daysOf({})).toEqual(FOR_EVER);
});

test.each([
  [30, true],
  [3650, true],
  [29, false],
  [3651, false],
  [30.5, false],
  [Number.NaN, false],
  [null, true],
])("%s days: valid is %s", (value, valid) => {
  expect(isValid({ ...FOR_EVER, files: value })).toBe(valid);
});

test("nothing written yet is the same as nothing written yet", () => {
  expect(sameDays({ ...FOR_EVER, files: Number.NaN }, { ...FOR_EVER, files: Number.NaN })).toBe(true);
  expect(sameDays(FOR_EVER, { ...FOR_EVER, contacts: 30 })).toBe(false);
});
