import { expect, test } from "vitest";

import { ApiProblem } from "@/shared/api/problem";

import type { Channel, GuideField } from "../api/channels";
import { fieldError, initialValues, refusedFields, sentValues } from "./fields";
import { numberOf, overall } from "./health";

const words = { "pt-BR": "", en: "", es: "" };
const field = (changes: Partial<GuideField>): GuideField => ({
  name: "token",
  where: "credentials",
  type: "text",
  label: words,
  help: words,
  secret: false,
  required: true,
  changeable: true,
  ...changes,
});

test.each([
  ["", "required"],
  ["  ", "required"],
  ["12", "short"],
  ["123456", "long"],
  ["12a4", "pattern"],
  [" 1234 ", null],
])("%j is %s", (value, problem) => {
  const digits = field({ min_length: 3, max_length: 5, pattern: "[0-9]+" });
  expect(fieldError(digits, value, true)).toBe(problem);
});

test("what is left empty is not sent, the rest goes where it belongs", () => {
  const fields = [
    field({}),
    field({ name: "verify", required: false }),
    field({ name: "receipts", where: "settings", type: "boolean", default: true }),
  ];
  expect(initialValues(fields, false)).toEqual({ token: "", verify: "", receipts: true });
  expect(sentValues(fields, { token: " EAA ", verify: "", receipts: true })).toEqual({
    credentials: { token: "EAA" },
    settings: { receipts: true },
  });
});

test("the fields that the server refused are found by its paths", () => {
  const error = new ApiProblem(422, "invalid", "", [{ field: "body.credentials.token", message: "x" }]);
  expect(refusedFields(error, [field({}), field({ name: "verify" })])).toEqual(["token"]);
});

const channel = {
  status: "active",
  proven: true,
  webhook_url: "https://x.test/w",
  webhook_verified_at: "2026-11-22T12:00:00Z",
  updated_at: "2026-11-22T12:00:00Z",
  checked_at: "2026-11-22T12:00:00Z",
  last_webhook_at: null,
  display_phone_number: "551133330000",
  health: { quality: "GREEN", alerts: [] },
} as unknown as Channel;

test.each<[Partial<Channel>, string]>([
  [{}, "active"],
  [{ webhook_verified_at: null }, "waiting"],
  [{ proven: false }, "waiting"],
  [{ health: { quality: "RED", alerts: [] } }, "alerts"],
  [{ status: "needs_reconnection" }, "needs_reconnection"],
  [{ status: "disabled" }, "disabled"],
])("%j is %s", (changes, word) => {
  expect(overall({ ...channel, ...changes })).toBe(word);
});

test("the number has its sign", () => {
  expect(numberOf(channel)).toBe("+551133330000");
});
