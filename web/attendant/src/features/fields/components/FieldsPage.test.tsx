import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";

import { FieldsPage } from "./FieldsPage";

const field = (key: string, label: string, more: object = {}) => ({
  id: key,
  key,
  label,
  type: "text",
  required: false,
  help: "",
  options: [],
  order: 0,
  archived: false,
  version: 1,
  ...more,
});

function fieldsOf(fields: ReturnType<typeof field>[]): Answers {
  return {
    "GET /api/v1/contact-fields": () => ({ items: fields, next_cursor: null }),
    "POST /api/v1/contact-fields": ({ body }: { body: { label: string } }) => {
      fields = [...fields, { ...field("novo", body.label), ...body }];
      return fields.at(-1);
    },
    "PATCH /api/v1/contact-fields/plano": ({ body }: { body: object }) => {
      fields = fields.map((one) => (one.id === "plano" ? { ...one, ...body, version: 2 } : one));
      return fields[0];
    },
  };
}

const show = (answers: Answers) =>
  renderPart(<FieldsPage />, { answers, permissions: ["settings:manage"], texts: ["fields", "settings", "routing"] });

test("a choice needs options, which are one to a line", async () => {
  const { asked } = await show(fieldsOf([]));
  fireEvent.click(await screen.findByRole("button", { name: "Novo campo" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Novo campo" }));
  fireEvent.change(dialog.getByRole("textbox", { name: "Nome do campo" }), { target: { value: "Plano" } });
  fireEvent.click(dialog.getByRole("combobox", { name: "Tipo" }));
  fireEvent.click(await screen.findByRole("option", { name: "Uma opção" }));
  const options = dialog.getByRole("textbox", { name: /Opções/ });
  fireEvent.click(dialog.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(options).toBeInvalid());
  fireEvent.change(options, { target: { value: "Fibra 300\nFibra 500\n" } });
  fireEvent.click(dialog.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByText(/Nome na API: novo/)).toBeVisible();
  expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({
    label: "Plano",
    type: "choice",
    options: [{ label: "Fibra 300" }, { label: "Fibra 500" }],
  });
});

test("a field is archived and offered again; its key and type are shown", async () => {
  const { container } = await show(fieldsOf([field("plano", "Plano", { type: "number", required: true })]));
  expect(await screen.findByText(/Número · .* · Nome na API: plano/)).toBeVisible();
  await expectAccessible(container);
  fireEvent.click(screen.getByRole("button", { name: "Arquivar" }));
  const restore = await screen.findByRole("button", { name: /Voltar|Restaurar|Desarquivar/ });
  fireEvent.click(restore);
  expect(await screen.findByRole("button", { name: "Arquivar" })).toBeVisible();
});

test("loading holds the place, an error can be tried again", async () => {
  const { container, unmount } = await show({ "GET /api/v1/contact-fields": SILENCE });
  await waitFor(() => expect(container.querySelector("[aria-busy=true]")).not.toBeNull());
  unmount();
  await show({ "GET /api/v1/contact-fields": new Refusal(503, { code: "unavailable" }) });
  expect(await screen.findByRole("button", { name: "Tentar de novo" })).toBeVisible();
});
