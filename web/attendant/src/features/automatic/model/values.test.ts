import { expect, test } from "vitest";

import type { AutomaticReply } from "../api/automatic";
import { linesOf, OFFICE } from "./hours";
import { mistakes, movedBy, newReply, sentValues } from "./values";

test("a new rule has what is missing named", () => {
  expect([...mistakes(newReply("keyword"), linesOf(null))]).toEqual(["name", "text", "words"]);
  const whole = { ...newReply("queued", "Fila", "Você está na fila"), when: "outside" as const };
  expect([...mistakes(whole, OFFICE)]).toEqual([]);
  expect([...mistakes(whole, { ...OFFICE, monday: "das 8" })]).toEqual(["hours"]);
  expect([...mistakes({ ...whole, text: "x".repeat(2001) }, OFFICE)]).toEqual(["long"]);
});

test("only what belongs to the trigger and the hours is sent", () => {
  const values = { ...newReply("queued", " Fila ", "x"), words: ["preço"], closed_by: "person" as const };
  expect(sentValues(values, OFFICE, "UTC")).toMatchObject({
    name: "Fila",
    words: [],
    closed_by: "anyone",
    hours: null,
  });
  const hours = sentValues({ ...values, when: "outside" }, OFFICE, "America/Sao_Paulo").hours;
  expect(hours?.zone).toBe("America/Sao_Paulo");
});

test("a rule moves by one place", () => {
  const replies = ["a", "b", "c"].map((id) => ({ id }) as AutomaticReply);
  expect(movedBy(replies, 1, -1).map(({ id }) => id)).toEqual(["b", "a", "c"]);
  expect(movedBy(replies, 1, 1).map(({ id }) => id)).toEqual(["a", "c", "b"]);
});
