import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, renderPart, type Answers } from "@/shared/testing/part";
import { undoLatest } from "@/shared/ui/notify";

import type { DryRun } from "../../api/rules";
import type { Rule, ValuesOf } from "../../api/types";
import { newRule } from "../../model/rules";
import { valuesOf } from "../../model/values";
import { RulesPage } from "./RulesPage";

const rule = (id: string, name: string, position: number, more: Partial<Rule> = {}): Rule => ({
  ...newRule(),
  id,
  version: 1,
  name,
  position,
  team_id: "sales",
  ...more,
});
const invoices = rule("invoices", "Boletos", 1, {
  conditions: [{ about: "word", values: ["boleto", "fatura"], field: null, negated: false }],
  priority: "high",
});

const ran: DryRun = {
  items: [
    {
      conversation_id: "c1",
      number: 7,
      contact_name: "Marina",
      opened_at: "2026-11-28T12:00:00Z",
      happened: { team_id: null, attendant_id: null, priority: "normal", type_id: null, label_ids: [] },
      would: { team_id: "sales", attendant_id: null, priority: "high", type_id: null, label_ids: [] },
      rule_ids: ["unsaved"],
      differs: true,
    },
    {
      conversation_id: "c2",
      number: 8,
      contact_name: "Rui",
      opened_at: "2026-11-28T12:00:00Z",
      happened: { team_id: "sales", attendant_id: null, priority: "normal", type_id: null, label_ids: [] },
      would: { team_id: null, attendant_id: null, priority: null, type_id: null, label_ids: [] },
      rule_ids: [],
      differs: false,
    },
  ],
  summary: {
    looked_at: 2,
    differing: 1,
    unmatched: 1,
    by_rule: [{ id: "unsaved", count: 1 }],
    by_team: [
      { team_id: "sales", count: 1, happened_count: 1 },
      { team_id: null, count: 1, happened_count: 1 },
    ],
  },
  warnings: [],
};

function serverOf(rules: Rule[], changes: Answers = {}): Answers {
  return {
    "GET /api/v1/assignment-rules": () => ({ items: rules, next_cursor: null }),
    "GET /api/v1/teams": { items: [{ id: "sales", name: "Vendas", version: 1, members: [] }], next_cursor: null },
    "GET /api/v1/attendants": { items: [], next_cursor: null },
    "GET /api/v1/channels": { items: [], next_cursor: null },
    "GET /api/v1/channels/capabilities": { items: [], notes: {} },
    "GET /api/v1/labels": { items: [], next_cursor: null },
    "GET /api/v1/types": { items: [], next_cursor: null },
    "GET /api/v1/contact-fields": { items: [], next_cursor: null },
    "POST /api/v1/assignment-rules/dry-run": ran,
    "POST /api/v1/assignment-rules": ({ body }: { body: ValuesOf<"assignment-rules"> }) => {
      const made = { ...body, id: "made", version: 1, position: 9 };
      rules = [...rules, made];
      return { ...made, warnings: [] };
    },
    "PUT /api/v1/assignment-rules/order": ({ body }: { body: { ids: string[] } }) => {
      rules = rules.map((one) => ({ ...one, position: body.ids.indexOf(one.id) }));
      return { items: rules };
    },
    "DELETE /api/v1/assignment-rules/invoices": () => {
      rules = rules.filter(({ id }) => id !== "invoices");
      return null;
    },
    ...changes,
  };
}

const show = (at: string, answers: Answers) =>
  renderPart(<RulesPage />, {
    at: `/settings/rules${at}`,
    path: "/settings/:page/:item?",
    answers,
    permissions: ["settings:manage"],
    texts: ["rules", "routing", "settings"],
  });

test("a rule reads as a sentence, and is moved with the arrows of its handle", async () => {
  const { asked, container } = await show("", serverOf([invoices, rule("all", "O resto", 2)]));
  await waitFor(() =>
    expect(screen.getByText(/Se o cliente escreve “boleto” ou “fatura”/)).toHaveTextContent(
      "Se o cliente escreve “boleto” ou “fatura” → equipe Vendas, prioridade Alta",
    ),
  );
  await expectAccessible(container);
  const list = screen.getByRole("list", { name: "Regras" });
  const handle = within(list).getByRole("button", { name: /^Mover Boletos/ });
  handle.focus();
  fireEvent.keyDown(handle, { key: "ArrowDown" });
  await waitFor(() => expect(within(list).getAllByRole("link")[1]).toHaveTextContent("Boletos"));
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ ids: ["all", "invoices"] });
  await waitFor(() => expect(within(list).getByRole("button", { name: /^Mover Boletos/ })).toHaveFocus());
});

test("a rule is tried on the past before it is saved, with the list as it would be", async () => {
  const { asked, container } = await show("/new", serverOf([rule("all", "O resto", 2)]));
  await userEvent.type(await screen.findByRole("textbox", { name: "Nome da regra" }), "Boletos");
  await userEvent.click(screen.getByRole("button", { name: "Adicionar condição" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Palavras do cliente" }));
  expect(screen.getByRole("button", { name: "Testar" })).toBeDisabled();
  await userEvent.type(screen.getByRole("combobox", { name: "Palavras do cliente" }), "boleto{Enter}");
  await userEvent.click(screen.getByRole("combobox", { name: "Vai para a equipe" }));
  await userEvent.click(await screen.findByRole("option", { name: "Vendas" }));
  await userEvent.click(screen.getByRole("button", { name: "Testar" }));
  expect(await screen.findByText("1 teria sido diferente")).toBeVisible();
  expect(asked.find(({ path }) => path.endsWith("/dry-run"))?.body).toMatchObject({
    last: 200,
    rules: [
      { id: "all", name: "O resto" },
      { id: "unsaved", name: "Boletos", team_id: "sales", conditions: [{ about: "word", values: ["boleto"] }] },
    ],
  });
  expect(asked.some(({ method, path }) => method === "POST" && !path.endsWith("/dry-run"))).toBe(false);
  const table = screen.getByRole("region", { name: "Conversas do teste" });
  expect(within(table).getByRole("link", { name: "Marina" })).toHaveAttribute("href", "/inbox/all/c1");
  expect(within(table).queryByRole("link", { name: "Rui" })).toBeNull();
  fireEvent.click(screen.getByRole("switch", { name: "Mostrar também as que ficam iguais" }));
  expect(within(table).getByRole("link", { name: "Rui" })).toBeVisible();
  await expectAccessible(container);
});

test("rules that make each other true in a circle are said with their names, and saved all the same", async () => {
  const warned = { code: "rules_circle", message: "", ids: ["made", "all"] };
  await show(
    "/new",
    serverOf([rule("all", "O resto", 2)], {
      "POST /api/v1/assignment-rules": ({ body }: { body: object }) => ({
        ...body,
        id: "made",
        version: 1,
        position: 9,
        warnings: [warned],
      }),
    }),
  );
  await userEvent.type(await screen.findByRole("textbox", { name: "Nome da regra" }), "Boletos");
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByText("Regras que giram em círculo")).toBeVisible();
  expect(screen.getByText(/→ O resto →/)).toBeVisible();
});

test("a condition without a value is said at its field, and nothing is sent", async () => {
  const { asked } = await show("/new", serverOf([]));
  await userEvent.type(await screen.findByRole("textbox", { name: "Nome da regra" }), "Etiqueta");
  await userEvent.click(screen.getByRole("button", { name: "Adicionar condição" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Etiqueta do cliente" }));
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByText("Escolha ao menos um valor")).toBeVisible();
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
});

test("a rule that is not about being inside the hours shows that it is about being outside", async () => {
  const conditions = [{ about: "hours" as const, values: ["inside"], field: null, negated: true }];
  await show("/night", serverOf([rule("night", "Noite", 1, { conditions })]));
  expect(await screen.findByRole("combobox", { name: "Horário" })).toHaveValue("fora do horário");
});

test("a deleted rule comes back by undo to where it was", async () => {
  const { asked } = await show("/invoices", serverOf([invoices, rule("all", "O resto", 2)]));
  await userEvent.click(await screen.findByRole("button", { name: "Excluir regra" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "Boletos" })).toBeNull());
  expect(undoLatest()).toBe(true);
  await waitFor(() => expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ ids: ["made", "all"] }));
  await waitFor(() => expect(screen.getAllByRole("link", { name: /Boletos|O resto/ })[0]).toHaveTextContent("Boletos"));
});

test("a deleted rule comes back by undo", async () => {
  const { asked } = await show("/invoices", serverOf([invoices]));
  await userEvent.click(await screen.findByRole("button", { name: "Excluir regra" }));
  expect(await screen.findByText("Nenhuma regra ainda")).toBeVisible();
  expect(undoLatest()).toBe(true);
  expect(await screen.findByRole("link", { name: "Boletos" })).toBeVisible();
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual(valuesOf<"assignment-rules">(invoices));
});
