import { expect, test } from "vitest";

import { mentionable, mentionAt, mentionedIn, mentionsIn } from "./mentions";

const people = [
  { id: "1", name: "Ana" },
  { id: "2", name: "Ana Souza" },
  { id: "3", name: "João da Conceição" },
];

test.each([
  ["@", ""],
  ["Veja @jo", "jo"],
  ["(@João da C", "João da C"],
])("%s is being completed", (text, query) => {
  expect(mentionAt(text, text.length)).toEqual({ start: text.indexOf("@"), end: text.length, query });
});

test.each(["ana@firma", "sem nada", "@ ana", "@Ana disse que volta"])("%s is no mention", (text) => {
  expect(mentionAt(text, text.length)).toBeNull();
});

test("people are found without accents, by any of their names", () => {
  expect(mentionable("joao", people).map(({ id }) => id)).toEqual(["3"]);
  expect(mentionable("conc", people).map(({ id }) => id)).toEqual(["3"]);
  expect(mentionable("", people)).toHaveLength(3);
});

test("of two names the longer one is meant, and each person once", () => {
  expect(mentionedIn("@Ana Souza e @Ana, vejam. @Ana Souza?", people)).toEqual(["2", "1"]);
  expect(mentionedIn("@Anabela e ana@Ana", people)).toEqual([]);
  expect(mentionsIn("oi @Ana!", people)).toEqual([{ id: "1", start: 3, end: 7 }]);
});
