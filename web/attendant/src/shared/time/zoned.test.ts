import { expect, test } from "vitest";

import { momentOf, writtenIn } from "./zoned";

test.each([
  ["America/Sao_Paulo", "2026-10-12T22:30", "2026-10-13T01:30:00.000Z"],
  ["Europe/Lisbon", "2026-07-01T09:00", "2026-07-01T08:00:00.000Z"],
  ["Asia/Kolkata", "2026-01-01T00:15", "2025-12-31T18:45:00.000Z"],
])("a time written in %s is that moment, and back", (zone, written, moment) => {
  expect(new Date(momentOf(written, zone)).toISOString()).toBe(moment);
  expect(writtenIn(Date.parse(moment), zone)).toBe(written);
});

test("what is no time is none", () => {
  expect(momentOf("", "America/Sao_Paulo")).toBeNaN();
});
