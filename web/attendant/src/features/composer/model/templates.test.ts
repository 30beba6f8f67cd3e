import { expect, test } from "vitest";

import type { Template } from "@/shared/api/types";

import { fieldOfProblem, fieldsOf, filledIn, isSendable, problemOfValue, templateBody } from "./templates";

const template = (changes: Partial<Template>): Template => ({
  name: "lembrete",
  language: "pt_BR",
  category: "UTILITY",
  status: "approved",
  components: [],
  parameters: { header: 0, body: 2, buttons: 0 },
  layout: { body: "Olá {{1}}, sua consulta é {{2}}.", buttons: [] },
  ...changes,
});

test("numbered values go in their order", () => {
  const one = template({});
  expect(fieldsOf(one).map(({ id }) => id)).toEqual(["body.1", "body.2"]);
  expect(templateBody(one, { "body.1": "Ana", "body.2": "amanhã" })).toEqual({
    name: "lembrete",
    language: "pt_BR",
    parameters: { header: [], body: ["Ana", "amanhã"], buttons: [] },
  });
});

test("named values go by their names", () => {
  const one = template({
    parameters: { header: 0, body: ["nome", "dia"], buttons: 0 },
    layout: { body: "Olá {{nome}}: {{dia}}", buttons: [] },
  });
  expect(templateBody(one, { "body.nome": "Ana", "body.dia": "hoje" }).parameters?.body).toEqual({
    nome: "Ana",
    dia: "hoje",
  });
});

test("a header's file and the buttons' values are asked for by what they are", () => {
  const one = template({
    parameters: { header: 1, body: 0, buttons: 1 },
    layout: {
      header: { kind: "image" },
      body: "Veja",
      buttons: [
        { type: "reply", title: "Sim", needs_value: false },
        { type: "url", title: "Abrir", needs_value: true },
      ],
    },
  });
  expect(fieldsOf(one)).toEqual([
    { id: "header.0", part: "header", name: "1", takes: "image" },
    { id: "button.0", part: "button", name: "Abrir", takes: "text" },
  ]);
  expect(templateBody(one, { "header.0": "file", "button.0": "abc" }).parameters).toEqual({
    header: [{ attachment_id: "file" }],
    body: [],
    buttons: ["abc"],
  });
});

test.each([
  ["template.parameters.body[1]", "body.2"],
  ["template.parameters.body.nome", "body.nome"],
  ["template.parameters.header[0].attachment_id", "header.0"],
  ["template.parameters.header", "header.0"],
  ["template.parameters.buttons[2]", "button.2"],
  ["template.parameters.body", null],
  ["text", null],
])("a refusal of %s stands beside %s", (field, expected) => {
  expect(fieldOfProblem({ field, message: "" })).toBe(expected);
});

test("values that the provider refuses are said before they are sent", () => {
  expect(problemOfValue("  ")).toBe("missing");
  expect(problemOfValue("a\nb")).toBe("line_breaks");
  expect(problemOfValue("a     b")).toBe("line_breaks");
  expect(problemOfValue("a".repeat(1025))).toBe("too_long");
  expect(problemOfValue("amanhã às 10")).toBeNull();
});

test("the preview shows values, and where one is missing its name", () => {
  expect(filledIn("Olá {{1}}, {{2}}.", "body", { "body.1": "Ana" })).toEqual([
    { text: "Olá " },
    { value: "Ana" },
    { text: ", " },
    { missing: "2" },
    { text: "." },
  ]);
});

test("only what is approved and whole can be chosen", () => {
  expect(isSendable(template({}))).toBe(true);
  expect(isSendable(template({ status: "paused" }))).toBe(false);
  expect(isSendable(template({ unsendable: { part: "button", type: "FLOW", detail: "" } }))).toBe(false);
});
