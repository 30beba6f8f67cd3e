import { expect, test } from "vitest";

import { personalDataIn } from "./personalData";

test.each([
  ["Escreva para maria.souza@exemplo.com.br", ["email"]],
  ["ligue (11) 98765-4321", ["phone"]],
  ["+55 11 98765 4321", ["phone"]],
  ["11987654321", ["phone"]],
  ["meu fixo é 3333-4444", ["phone"]],
  ["CPF 529.982.247-25", ["cpf"]],
  ["52998224725", ["cpf"]],
  ["529.982.247-00 com o dígito errado parece um", ["cpf"]],
  ["CNPJ 11.222.333/0001-81", ["cnpj"]],
  ["CEP 01310-100", ["cep"]],
  ["cartão 4111 1111 1111 1111", ["card"]],
  ["maria@exemplo.com, CEP 01310-100, 529.982.247-25", ["email", "cpf", "cep"]],
])("%s: %j", (text, found) => {
  expect(personalDataIn(text)).toEqual(found);
});

test.each([
  "Bom dia! Seu pedido 48213 chega em 3 dias.",
  "São R$ 1.299,90 em 12x",
  "Abrimos em 22/11/2026, das 9 às 18",
  "protocolo 202611220042",
  "@maria obrigado",
  "10.000 curtidas, 250.000 seguidores",
  "",
])("%s: nothing", (text) => {
  expect(personalDataIn(text)).toEqual([]);
});
