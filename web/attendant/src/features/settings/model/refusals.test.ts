/** What the server refuses is said in the reader's language, whatever it is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";

import { ApiProblem } from "@/shared/api/problem";
import { LANGUAGES, startTexts } from "@/shared/i18n";

import { FIELD_CODES, fieldRefusal } from "./refusals";

const MESSAGE = "Input should be a valid something";

beforeAll(async () => {
  await startTexts("pt-BR");
  await i18next.loadLanguages([...LANGUAGES]);
  await i18next.loadNamespaces("routing");
});

function said(language: string, problem: string, code?: string, limit?: number): string {
  const field = { field: "name", message: MESSAGE, ...(code && { code }), ...(limit !== undefined && { limit }) };
  return fieldRefusal(new ApiProblem(422, problem, "", [field]), field, i18next.getFixedT(language, "routing"));
}

test("every code of a field that the API's document knows has words", () => {
  const document = readFileSync(join(process.cwd(), "src/shared/api/schema.d.ts"), "utf8");
  const codes = /What is wrong, where that has a name[^"]*\*\/\s*code\?: ([^;]+);/.exec(document)?.[1];
  const known = [...(codes ?? "").matchAll(/"(\w+)"/g)].map(([, code]) => code);
  expect(known.length).toBeGreaterThan(5);
  expect([...FIELD_CODES].sort()).toEqual(known.sort());
});

test.each(LANGUAGES)("in %s every code has words of its own, none of them the server's", (language) => {
  const words = FIELD_CODES.map((code) => said(language, "invalid", code, 7));
  expect(new Set(words).size).toBe(FIELD_CODES.length);
  for (const one of words) expect(one).not.toMatch(/refused\.|\{\{|Input/);
});

test("a bound is said, and one that is not known is not made up", () => {
  expect(said("pt-BR", "invalid", "too_long", 80)).toBe("No máximo 80 caracteres");
  expect(said("pt-BR", "invalid", "too_long")).toBe("Não foi aceito. Confira este campo");
});

test("where the field has no code the problem's says it, or that it was not taken", () => {
  expect(said("en", "broken_variable")).toBe("A variable is incomplete: write {{name}}");
  expect(said("es", "unknown_team")).toBe("Este equipo ya no existe");
  expect(said("pt-BR", "invalid")).toBe("Não foi aceito. Confira este campo");
});
