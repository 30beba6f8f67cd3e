import { Notifications } from "@mantine/notifications";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";

import type { Team, ValuesOf } from "../../api/types";
import { newTeam } from "../../model/teams";
import { TeamsPage } from "./TeamsPage";

const person = (id: string, name: string) => ({
  id,
  name,
  email: `${id}@exemplo.test`,
  role: "attendant",
  active: true,
  visibility: "all",
  version: 1,
});
const sales: Team = {
  ...newTeam(),
  id: "sales",
  version: 3,
  name: "Vendas",
  members: [{ attendant_id: "ana", limit: null, skills: [] }],
};

const answers: Answers = {
  "GET /api/v1/hours": { items: [], next_cursor: null },
  "GET /api/v1/attendants": { items: [person("ana", "Ana"), person("bruno", "Bruno")], next_cursor: null },
  "GET /api/v1/labels": { items: [], next_cursor: null },
  "GET /api/v1/channels/capabilities": { items: [], notes: {} },
  "PATCH /api/v1/teams/sales": ({ body }: { body: object }) => ({ ...sales, ...body, version: 4 }),
};

/** A server that remembers the teams. */
function serverOf(teams: Team[]): Answers {
  return {
    ...answers,
    "GET /api/v1/teams": () => ({ items: teams, next_cursor: null }),
    "POST /api/v1/teams": ({ body }: { body: ValuesOf<"teams"> }) => {
      const made = { ...body, id: "new", version: 1 };
      teams = [...teams, made];
      return made;
    },
    "DELETE /api/v1/teams/sales": () => {
      teams = [];
      return null;
    },
  };
}

const show = (at: string, changes: Answers = {}, permissions = ["settings:manage"]) =>
  renderPart(
    <>
      <TeamsPage />
      <Notifications />
    </>,
    {
      at: `/settings/teams${at}`,
      path: "/settings/:page/:item?",
      answers: { ...serverOf([sales]), ...changes },
      permissions,
      texts: ["teams", "routing", "settings"],
    },
  );

test("a company without teams learns what one is for", async () => {
  const { container } = await show("", { "GET /api/v1/teams": { items: [], next_cursor: null } });
  expect(await screen.findByText("Nenhuma equipe ainda")).toBeVisible();
  expect(screen.getByRole("link", { name: "Nova equipe" })).toHaveAttribute("href", "/settings/teams/new");
  await expectAccessible(container);
});

test("a team without a name is not sent, and the focus goes to the name", async () => {
  const { asked, container } = await show("/new");
  const name = await screen.findByRole("textbox", { name: "Nome da equipe" });
  await expectAccessible(container);
  await userEvent.click(screen.getByRole("radio", { name: /Menos ocupado/ }));
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(name).toBeInvalid());
  expect(name).toHaveFocus();
  expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
  await userEvent.type(name, "  Suporte ");
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "POST")).toBe(true));
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
    ...newTeam(),
    name: "Suporte",
    strategy: "least_busy",
  });
  expect(await screen.findByRole("link", { name: "Suporte" })).toBeVisible();
});

test("a member gets a limit of their own, and the change is made on the version that was seen", async () => {
  const { asked } = await show("/sales");
  const members = await screen.findByRole("list", { name: "Atendentes" });
  fireEvent.change(await within(members).findByRole("textbox", { name: "Limite de Ana" }), { target: { value: "2" } });
  await userEvent.click(screen.getByRole("combobox", { name: "Adicionar atendente" }));
  await userEvent.click(await screen.findByRole("option", { name: "Bruno" }));
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  expect(asked.find(({ method }) => method === "PATCH")?.body).toMatchObject({
    members: [
      { attendant_id: "ana", limit: 2, skills: [] },
      { attendant_id: "bruno", limit: null, skills: [] },
    ],
  });
});

test.each(["members.0.limit", "members[0].limit"])("what is refused of %s stands at its field", async (field) => {
  const refusal = new Refusal(422, {
    code: "invalid",
    title: "invalid",
    errors: [{ field, message: "must be at most 1000", code: "too_large", limit: 1000 }],
  });
  await show("/sales", { "PATCH /api/v1/teams/sales": refusal });
  const limit = await screen.findByRole("textbox", { name: "Limite de Ana" });
  fireEvent.change(limit, { target: { value: "7" } });
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(limit).toBeInvalid());
  expect(limit).toHaveValue("7 por vez");
  expect(limit).toHaveAccessibleDescription(/O maior valor é 1000/);
});

/** As the service refuses: at which version it is now, and who changed what. */
const overtaken = (version: number, ...changes: [string, string[]][]) =>
  new Refusal(409, {
    code: "conflict",
    version,
    changes: changes.map(([name, fields]) => ({
      type: "setting.changed",
      fields,
      actor: { type: "attendant", id: name, name },
    })),
  });

test("somebody else was first: it is said who and what, what was typed stays, and is saved over what they left", async () => {
  let there: Team = sales;
  const seen: unknown[] = [];
  const { asked } = await show("/sales", {
    "GET /api/v1/teams": () => ({ items: [there], next_cursor: null }),
    "PATCH /api/v1/teams/sales": ({ body }: { body: object }) => {
      seen.push(body);
      if (seen.length > 1) return { ...there, ...body, version: 6 };
      there = { ...sales, version: 5, greeting: "Oi", name: "Comércio" };
      return overtaken(5, ["Bia", ["name"]], ["Bia", ["greeting", "greetings", "of_tomorrow"]]);
    },
  });
  const name = await screen.findByRole("textbox", { name: "Nome da equipe" });
  await userEvent.type(name, "!");
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByText(/O que você mudou continua aqui/)).toBeVisible();
  expect(screen.getByText("Bia: Nome da equipe, Saudação, outros dados")).toBeVisible();
  expect(await screen.findByDisplayValue("Oi")).toBeVisible();
  expect(name).toHaveValue("Vendas!");
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(asked.filter(({ method }) => method === "PATCH")).toHaveLength(2));
  expect(seen[1]).toMatchObject({ name: "Vendas!", greeting: "Oi" });
});

test("a team greets in each language, and one text for all is that of the first", async () => {
  const { asked } = await show("/sales", {
    "GET /api/v1/teams": { items: [{ ...sales, greeting: "Oi", greetings: { es: "Hola" } }], next_cursor: null },
  });
  const greeting = await screen.findByDisplayValue("Oi");
  fireEvent.change(greeting, { target: { value: "Olá" } });
  await userEvent.click(within(screen.getByRole("radiogroup", { name: /Saudação/ })).getByLabelText(/English/));
  fireEvent.change(screen.getByRole("textbox", { name: "Saudação (English)" }), { target: { value: "Hi" } });
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  expect(asked.find(({ method }) => method === "PATCH")?.body).toMatchObject({
    greeting: null,
    greetings: { "pt-BR": "Olá", en: "Hi", es: "Hola" },
  });
});

test("of each kind of channel an attendant has no more than a team says", async () => {
  const kinds = ["whatsapp", "facebook"].map((kind) => ({ kind, name: kind }));
  const { asked } = await show("/sales", { "GET /api/v1/channels/capabilities": { items: kinds, notes: {} } });
  fireEvent.change(await screen.findByRole("textbox", { name: "Limite de whatsapp" }), { target: { value: "2" } });
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  expect(asked.find(({ method }) => method === "PATCH")?.body).toMatchObject({ channel_limits: { whatsapp: 2 } });
});

test("a team in whose queue somebody waits is not deleted, and it is said why", async () => {
  await show("/sales", { "DELETE /api/v1/teams/sales": new Refusal(409, { code: "in_use", title: "in use" }) });
  await userEvent.click(await screen.findByRole("button", { name: "Excluir equipe" }));
  const dialog = await screen.findByRole("dialog", { name: "Excluir a equipe Vendas?" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Excluir equipe" }));
  expect(await screen.findByText(/Há conversas na fila desta equipe/)).toBeVisible();
  expect(screen.getByDisplayValue("Vendas")).toBeVisible();
});

test("leaving with something unsaved asks first", async () => {
  await show("/sales");
  await userEvent.type(await screen.findByRole("textbox", { name: "Nome da equipe" }), "!");
  await userEvent.click(screen.getByRole("link", { name: "Equipes" }));
  expect(await screen.findByRole("dialog")).toBeVisible();
  expect(screen.getByDisplayValue("Vendas!")).toBeInTheDocument();
});

test("deleting a team names what becomes of its conversations first", async () => {
  const { asked } = await show("/sales");
  await userEvent.click(await screen.findByRole("button", { name: "Excluir equipe" }));
  const dialog = await screen.findByRole("dialog", { name: "Excluir a equipe Vendas?" });
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
  await userEvent.click(within(dialog).getByRole("button", { name: "Excluir equipe" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
  expect(await screen.findByText("Nenhuma equipe ainda")).toBeVisible();
});

test("who may not manage settings reads a team", async () => {
  await show("/sales", {}, []);
  expect(await screen.findByRole("textbox", { name: "Nome da equipe" })).toBeDisabled();
  expect(screen.queryByRole("button", { name: "Salvar" })).toBeNull();
});

test("loading holds the place, an error can be tried again", async () => {
  const { container, unmount } = await show("", { "GET /api/v1/teams": SILENCE });
  await waitFor(() => expect(container.querySelector("[aria-busy=true]")).not.toBeNull());
  unmount();
  await show("", { "GET /api/v1/teams": new Refusal(503, { code: "unavailable" }) });
  expect(await screen.findByRole("button", { name: "Tentar de novo" })).toBeVisible();
});
