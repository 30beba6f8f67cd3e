import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";

import { AutomaticPage } from "./AutomaticPage";

const rule = (id: string, name: string, position: number, more: object = {}) => ({
  id,
  name,
  trigger: "new_conversation",
  text: "Olá, {{contact.first_name}}",
  enabled: true,
  position,
  words: [],
  closed_by: "anyone",
  when: "always",
  hours: null,
  channels: [],
  period_hours: null,
  version: 1,
  ...more,
});

const protocol = {
  on_request: true,
  words: ["protocolo"],
  text: "O protocolo é {{conversation.number}}.",
  on_opening: false,
  opening_text: "O protocolo é {{conversation.number}}.",
};

function rulesOf(rules: ReturnType<typeof rule>[]): Answers {
  return {
    "GET /api/v1/automatic-replies": () => ({ items: rules, next_cursor: null }),
    "PATCH /api/v1/automatic-replies/a": ({ body }: { body: object }) => {
      rules = rules.map((one) => (one.id === "a" ? { ...one, ...body } : one));
      return rules[0];
    },
    "PUT /api/v1/automatic-replies/order": ({ body }: { body: { ids: string[] } }) => {
      rules = rules.map((one) => ({ ...one, position: body.ids.indexOf(one.id) }));
      return null;
    },
    "POST /api/v1/automatic-replies": ({ body }: { body: { name: string } }) => {
      rules = [...rules, { ...rule("n", body.name, 9), ...body }];
      return rules.at(-1);
    },
    "POST /api/v1/automatic-replies/check": {
      items: [{ id: "draft", fires: true, hindrance: null, text: "Olá, Ana" }],
    },
    "GET /api/v1/settings/protocol": protocol,
    "GET /api/v1/settings/file-too-large": { enabled: true, language: "pt-BR", text: null },
    "PUT /api/v1/settings/file-too-large": ({ body }: { body: object }) => body,
    "GET /api/v1/channels": { items: [], next_cursor: null },
  };
}

const show = (answers: Answers, permissions = ["settings:manage"]) =>
  renderPart(<AutomaticPage />, { answers, permissions, texts: ["automatic", "settings", "routing"] });

test("a company without rules begins with an idea, and what is missing is said at its field", async () => {
  const { asked } = await show(rulesOf([]));
  fireEvent.click(await screen.findByRole("button", { name: "Boas-vindas" }));
  const dialog = await screen.findByRole("dialog");
  const text = within(dialog).getByRole("textbox", { name: "Texto" });
  fireEvent.change(text, { target: { value: " " } });
  fireEvent.click(within(dialog).getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(text).toBeInvalid());
  expect(asked.filter(({ method, path }) => method === "POST" && !path.endsWith("/check"))).toEqual([]);
  fireEvent.change(text, { target: { value: "Olá, já vamos responder" } });
  fireEvent.click(within(dialog).getByRole("button", { name: "Salvar" }));
  expect(await screen.findByRole("switch", { name: "Ligar ou desligar Boas-vindas" })).toBeChecked();
});

test("rules stand in their order, are moved by a button, and turned off", async () => {
  const { asked, container } = await show(rulesOf([rule("b", "Fila", 1), rule("a", "Boas-vindas", 0)]));
  const names = () => screen.getAllByRole("switch", { name: /^Ligar ou desligar/ }).map((one) => one.ariaLabel);
  await screen.findByRole("switch", { name: "Ligar ou desligar Fila" });
  await expectAccessible(container);
  expect(names().map((name) => name?.split(" ").at(-1))).toEqual(["Boas-vindas", "Fila"]);
  fireEvent.click(screen.getByRole("button", { name: "Subir Fila" }));
  await waitFor(() => expect(names().map((name) => name?.split(" ").at(-1))).toEqual(["Fila", "Boas-vindas"]));
  expect(asked.find(({ path }) => path.endsWith("/order"))?.body).toEqual({ ids: ["b", "a"] });
  fireEvent.click(screen.getByRole("switch", { name: "Ligar ou desligar Boas-vindas" }));
  await waitFor(() => expect(screen.getByRole("switch", { name: "Ligar ou desligar Boas-vindas" })).not.toBeChecked());
});

test("who may not manage settings reads the rules", async () => {
  await show(rulesOf([rule("a", "Boas-vindas", 0)]), []);
  expect(await screen.findByRole("switch", { name: "Ligar ou desligar Boas-vindas" })).toBeDisabled();
  expect(screen.queryByRole("button", { name: /Nova resposta/ })).toBeNull();
});

test("loading holds the place, an error can be tried again", async () => {
  const { container, unmount } = await show({ ...rulesOf([]), "GET /api/v1/automatic-replies": SILENCE });
  await waitFor(() => expect(container.querySelector("[aria-busy=true]")).not.toBeNull());
  unmount();
  await show({
    ...rulesOf([]),
    "GET /api/v1/automatic-replies": new Refusal(503, { code: "unavailable" }),
  });
  expect(await screen.findByRole("button", { name: "Tentar de novo" })).toBeVisible();
});

test("what is told of files that are too large is in the company's words, or not said", async () => {
  const { asked } = await show(rulesOf([]));
  const text = await screen.findByRole("textbox", { name: "Texto" });
  fireEvent.change(text, { target: { value: "Mande um arquivo menor" } });
  fireEvent.click(screen.getByRole("button", { name: "Salvar aviso de arquivos" }));
  const saved = () => asked.findLast(({ method, path }) => method === "PUT" && path.endsWith("/file-too-large"))?.body;
  await waitFor(() => expect(saved()).toEqual({ enabled: true, language: "pt-BR", text: "Mande um arquivo menor" }));
  fireEvent.click(screen.getByRole("switch", { name: "Avisar o cliente" }));
  expect(screen.queryByRole("combobox", { name: "Idioma do texto pronto" })).toBeNull();
});
