import { expect, test } from "vitest";

import { best, relevance } from "@/shared/text/search";

test.each([
  ["configuracoes", "Configurações"],
  ["CONFIG", "Configurações"],
  ["cfg", "Configurações"],
  ["esc tema", "Tema escuro"],
  ["escuro", "Aparência: tema escuro"],
  ["", "tudo"],
])("%j finds %j", (query, text) => {
  expect(relevance(query, text)).toBeGreaterThan(0);
});

test.each([
  ["xyz", "Configurações"],
  ["tema azul", "Tema escuro"],
])("%j does not find %j", (query, text) => {
  expect(relevance(query, text)).toBe(0);
});

test("what begins with the query comes first, then what has a word that does", () => {
  const texts = ["Fechar conversa", "Inconversável", "Conversa nova", "Sem nada"];
  expect(best("conversa", texts, (text) => text)).toEqual(["Conversa nova", "Fechar conversa", "Inconversável"]);
});
