import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";

import { ImportsPage } from "./ImportsPage";

const made = {
  id: "i1",
  file_name: "clientes.csv",
  state: "draft",
  encoding: "windows-1252",
  delimiter: ";",
  header: true,
  lines: 3,
  unreadable: 0,
  done: 0,
  columns: [
    { index: 0, name: "Nome", field: "name", samples: ["José", "", "Ana"] },
    { index: 1, name: "Celular", field: "phone", samples: ["11 98888-7777"] },
    { index: 2, name: "Plano", field: "ignore", samples: ["Fibra"] },
  ],
  fields: [
    { field: "name", name: null },
    { field: "phone", name: null },
    { field: "email", name: null },
    { field: "fields.plano", name: "Plano" },
  ],
  duplicates: "update",
  counts: {},
  created_at: "2026-11-22T12:00:00Z",
  created_by: { id: "me", name: "Ana Admin" },
};
const CHECKED = { ...made, state: "checked", counts: { ok: 2, refused: 1, existing: 0, repeated: 0 } };
const line = (at: number, more: object) => ({
  line: at,
  outcome: "refused",
  code: null,
  problems: [],
  contact: null,
  same_as_line: null,
  undone: null,
  undo_code: null,
  ...more,
});
const refusedLine = line(3, { problems: [{ column: "Celular", field: "phone", code: "phone_invalid", value: "123" }] });

function importOf(one: object): Answers {
  let now: object = one;
  const step = (next: object) => () => (now = next);
  return {
    "GET /api/v1/contacts/imports": { items: [one], next_cursor: null },
    "GET /api/v1/contacts/imports/i1": () => now,
    "POST /api/v1/contacts/imports/i1/check": step(CHECKED),
    "POST /api/v1/contacts/imports/i1/start": step({ ...made, state: "done", counts: { created: 2, refused: 1 } }),
    "POST /api/v1/contacts/imports/i1/undo": step({ ...made, state: "undone", counts: { removed: 2 } }),
    "GET /api/v1/contacts/imports/i1/lines": { items: [refusedLine], next_cursor: null },
  };
}

const show = (answers: Answers) =>
  renderPart(<ImportsPage />, { answers, permissions: ["contacts:import"], texts: ["papers", "settings"] });

const open = async () => {
  fireEvent.click(await screen.findByRole("button", { name: /clientes\.csv/ }));
  return within(await screen.findByRole("region", { name: "clientes.csv" }));
};

test("a file shows its encoding, and columns are put to fields, each field once", async () => {
  const { asked, container } = await show(importOf(made));
  const card = await open();
  expect(card.getByText("Windows-1252")).toBeVisible();
  expect(card.getByText("ponto e vírgula")).toBeVisible();
  expect(card.getByText("José · Ana")).toBeVisible();
  await expectAccessible(container);
  fireEvent.click(card.getByRole("combobox", { name: "O que a coluna Plano preenche" }));
  fireEvent.click(await screen.findByRole("option", { name: "Telefone" }));
  expect(card.getByRole("combobox", { name: "O que a coluna Celular preenche" })).toHaveValue("Não importar");
  fireEvent.click(card.getByRole("radio", { name: /Pular/ }));
  fireEvent.click(card.getByRole("button", { name: "Conferir" }));
  await card.findByRole("button", { name: "Importar 2 linhas" });
  expect(asked.find(({ path }) => path.endsWith("/check"))?.body).toEqual({
    columns: [
      { index: 0, field: "name" },
      { index: 1, field: "ignore" },
      { index: 2, field: "phone" },
    ],
    duplicates: "skip",
  });
});

test("the report names line, reason and value; what was done is undone", async () => {
  await show(importOf(CHECKED));
  const card = await open();
  const row = await card.findByRole("row", { name: /Telefone inválido/ });
  expect(row).toHaveTextContent("3Telefone inválidoCelular: 123");
  fireEvent.click(card.getByRole("button", { name: "Importar 2 linhas" }));
  fireEvent.click(await card.findByRole("button", { name: "Desfazer importação" }));
  expect(await card.findByText("removidas")).toBeVisible();
});

test("while it runs, how far it is is said", async () => {
  await show(importOf({ ...made, state: "running", done: 1 }));
  const card = await open();
  expect(card.getByText("1 de 3 linhas")).toBeVisible();
  expect(card.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "33");
});

test("loading holds the place, an error can be tried again", async () => {
  const { container, unmount } = await show({ "GET /api/v1/contacts/imports": SILENCE });
  await waitFor(() => expect(container.querySelector("[aria-busy=true]")).not.toBeNull());
  unmount();
  await show({ "GET /api/v1/contacts/imports": new Refusal(503, { code: "unavailable" }) });
  expect(await screen.findByRole("button", { name: "Tentar de novo" })).toBeVisible();
});
