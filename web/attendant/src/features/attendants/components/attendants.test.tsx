import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, me, Refusal, renderPart, type Answers } from "@/shared/testing/part";

import { generatePassword } from "../password";
import { AttendantsPage } from "./AttendantsPage";

const self = { id: me.id, name: me.name, email: me.email, role: "admin", active: true, visibility: "all", version: 1 };
const bia = {
  id: "b",
  name: "Bia",
  email: "bia@exemplo.test",
  role: "attendant",
  active: true,
  visibility: "all",
  version: 1,
};
const answers: Answers = { "GET /api/v1/attendants": { items: [self, bia], next_cursor: null } };

const show = (changes: Answers = {}, permissions?: string[]) =>
  renderPart(<AttendantsPage />, {
    answers: { ...answers, ...changes },
    texts: ["attendants", "settings", "routing"],
    ...(permissions && { permissions }),
  });

test("everybody is listed with what they may do", async () => {
  const { container } = await show();
  const row = (await screen.findByText("Bia")).closest("li");
  expect(row).toHaveTextContent("bia@exemplo.test");
  expect(row).toHaveTextContent("Atendente");
  expect(screen.queryByRole("button", { name: `Desativar ${me.name}` })).toBeNull();
  await expectAccessible(container);
});

test("somebody is added, and the password is shown once", async () => {
  const { asked } = await show({ "POST /api/v1/attendants": { ...bia, id: "c", email: "caio@exemplo.test" } });
  await userEvent.click(await screen.findByRole("button", { name: "Adicionar atendente" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "Adicionar" }));
  expect(within(dialog).getByText("Escreva um nome.")).toBeVisible();
  expect(within(dialog).getByRole("textbox", { name: /Nome/ })).toHaveFocus();
  await userEvent.type(within(dialog).getByRole("textbox", { name: /Nome/ }), "Caio");
  await userEvent.type(within(dialog).getByRole("textbox", { name: /E-mail/ }), "caio@exemplo.test");
  await expectAccessible(dialog);
  await userEvent.click(within(dialog).getByRole("button", { name: "Adicionar" }));
  expect(await screen.findByText("Acesso criado")).toBeVisible();
  const sent = asked.find(({ method }) => method === "POST")?.body as Record<string, string>;
  expect(sent).toMatchObject({ name: "Caio", email: "caio@exemplo.test", role: "attendant" });
  expect(screen.getByText(sent["password"] ?? "")).toBeVisible();
  await userEvent.keyboard("{Escape}");
  expect(screen.getByText(sent["password"] ?? "")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Pronto" }));
  await waitFor(() => expect(screen.queryByText(sent["password"] ?? "")).toBeNull());
});

test("an e-mail that is taken is said beside its field, and nothing typed is lost", async () => {
  await show({ "POST /api/v1/attendants": new Refusal(409, { code: "email_taken" }) });
  await userEvent.click(await screen.findByRole("button", { name: "Adicionar atendente" }));
  await userEvent.type(await screen.findByRole("textbox", { name: /Nome/ }), "Bia");
  const email = screen.getByRole("textbox", { name: /E-mail/ });
  await userEvent.type(email, "bia@exemplo.test");
  await userEvent.click(screen.getByRole("button", { name: "Adicionar" }));
  await waitFor(() => expect(email).toHaveAccessibleDescription(/Já existe um acesso/));
  expect(email).toHaveValue("bia@exemplo.test");
  expect(email).toHaveFocus();
  await userEvent.keyboard("{Escape}");
  expect(email).toHaveValue("bia@exemplo.test");
});

test("name and role are changed; only what changed is sent", async () => {
  const { asked } = await show({ "PATCH /api/v1/attendants/b": { ...bia, role: "supervisor" } });
  await userEvent.click(await screen.findByRole("button", { name: "Editar Bia" }));
  await userEvent.click(await screen.findByRole("radio", { name: "Supervisão" }));
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ role: "supervisor" });
});

test("who changes what somebody else has changed hears who and what, and keeps what was chosen", async () => {
  let there = bia;
  const sent: { body: object; over?: number }[] = [];
  await show({
    "GET /api/v1/attendants": () => ({ items: [self, there], next_cursor: null }),
    "PATCH /api/v1/attendants/b": (asked: { body: object; over?: number }) => {
      sent.push(asked);
      if (asked.over === there.version) return (there = { ...there, ...asked.body, version: there.version + 1 });
      const actor = { type: "attendant", id: "r", name: "Rui" };
      const changes = [{ type: "setting.changed", version: there.version, fields: ["role", "active"], actor }];
      return new Refusal(409, { code: "conflict", version: there.version, changes });
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Editar Bia" }));
  await userEvent.click(await screen.findByRole("radio", { name: "Administração" }));
  there = { ...bia, name: "Beatriz", role: "supervisor", version: 2 };
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Rui: Acesso, Ativo ou não");
  expect(screen.getByRole("radio", { name: "Administração" })).toBeChecked();
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Nome" })).toHaveValue("Beatriz"));
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent).toMatchObject([
    { over: 1, body: { role: "admin" } },
    { over: 2, body: { role: "admin" } },
  ]);
});

test("one's own access is another administrator's to change", async () => {
  const { asked } = await show({ "PATCH /api/v1/attendants/me": { ...self, name: "Ana" } });
  await userEvent.click(await screen.findByRole("button", { name: `Editar ${me.name}` }));
  expect(await screen.findByText(/mudado por outra pessoa da administração/)).toBeVisible();
  for (const role of screen.getAllByRole("radio")) expect(role).toBeDisabled();
  const name = screen.getByRole("textbox", { name: "Nome" });
  await userEvent.clear(name);
  await userEvent.type(name, "Ana");
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ name: "Ana" });
});

test("somebody who lost their password is given another, shown once", async () => {
  const { asked } = await show({ "PUT /api/v1/attendants/b/password": {} });
  await userEvent.click(await screen.findByRole("button", { name: "Editar Bia" }));
  await userEvent.click(await screen.findByRole("button", { name: "Dar uma senha nova" }));
  expect(screen.getByText(/A senha atual deixa de valer/)).toBeVisible();
  expect(asked.some(({ method }) => method === "PUT")).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "Dar senha nova" }));
  const shown = await screen.findByText(/^([\w]{4}-){3}[\w]{4}$/);
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ password: shown.textContent });
  await userEvent.keyboard("{Escape}");
  expect(shown).toBeVisible();
  await expectAccessible(screen.getByRole("dialog"));
  await userEvent.click(screen.getByRole("button", { name: "Pronto" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("the last administrator cannot become something else, and is told why", async () => {
  const caio = { ...bia, id: "c", name: "Caio", role: "admin" };
  await show({
    "GET /api/v1/attendants": { items: [self, caio], next_cursor: null },
    "PATCH /api/v1/attendants/c": new Refusal(409, { code: "last_admin" }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Editar Caio" }));
  await userEvent.click(await screen.findByRole("radio", { name: "Atendente" }));
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByText(/pelo menos uma pessoa na administração/)).toBeVisible();
});

test("deactivating happens at once", async () => {
  const { asked } = await show({ "PATCH /api/v1/attendants/b": { ...bia, active: false } });
  await userEvent.click(await screen.findByRole("button", { name: "Desativar Bia" }));
  await waitFor(() => expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ active: false }));
});

test("a list that cannot be loaded can be tried again", async () => {
  await show({ "GET /api/v1/attendants": new Refusal(503, { code: "unavailable" }) });
  expect(await screen.findByRole("button", { name: "Tentar de novo" })).toBeVisible();
});

test("a generated password is easy to read aloud and never the same", () => {
  const some = Array.from({ length: 50 }, generatePassword);
  expect(new Set(some).size).toBe(50);
  for (const one of some) expect(one).toMatch(/^([a-km-np-zA-HJ-NP-Z2-9]{4}-){3}[a-km-np-zA-HJ-NP-Z2-9]{4}$/);
});
