/** The supervisor's view: what waits, who is on what, what is late, and what is done from there. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { expectAccessible, me, Refusal, renderPart, SILENCE } from "@/shared/testing/part";

import { LivePage } from "./LivePage";

const SINCE = "2026-11-22T12:00:00Z";
const PAST = "2020-01-01T10:00:00Z";
const BRUNA = { id: "b", name: "Bruna" };

const person = (id: string, name: string, changes: object = {}) => ({
  id,
  name,
  state: "online",
  since: SINCE,
  chosen: false,
  teams: [],
  room: true,
  load: 1,
  limit: 5,
  ...changes,
});

const conversation = {
  id: "k1",
  number: 42,
  status: "open",
  channel: { kind: "whatsapp", account_id: "a1", name: "Recepção" },
  contact: { id: "c1", name: "Maria Souza", labels: [] },
  assignee: BRUNA,
  team: { id: "s", name: "Suporte" },
  priority: "normal",
  favourite: false,
  draft: false,
  mentioned: false,
  unread_count: 1,
  tag_ids: [],
  waiting_since: PAST,
  opened_at: PAST,
  last_activity_at: PAST,
  service_level: {
    policy: { id: "p", name: "Padrão" },
    targets: [{ target: "next_response", state: "running", due_at: PAST, warn_at: PAST }],
  },
  placement: 1,
  sequence: 3,
};

const ANSWERS = {
  "GET /api/v1/queue": {
    items: [],
    teams: [
      {
        team: { id: "s", name: "Suporte" },
        waiting: 4,
        longest_since: PAST,
        online: 1,
        away: 1,
        busy: 0,
        room: 0,
        full_channels: [],
      },
    ],
  },
  "GET /api/v1/presence": {
    items: [person("b", "Bruna", { room: false, load: 5 }), person("c", "Caio", { state: "away" })],
  },
  "GET /api/v1/conversations": { items: [conversation], next_cursor: null },
  "GET /api/v1/away-reasons": { items: [{ id: "lunch", name: "Almoço", names: {} }] },
  "PUT /api/v1/presence/c": ({ body }: { body: object }) => person("c", "Caio", { chosen: true, ...body }),
  "POST /api/v1/conversations/k1/assign": ({ body }: { body: { attendant_id: string } }) => ({
    ...conversation,
    assignee: { id: body.attendant_id, name: "?" },
    sequence: 4,
  }),
};

function show(answers: object = {}, permissions = [...me.permissions, "presence:manage"]) {
  return renderPart(<LivePage />, {
    answers: { ...ANSWERS, ...answers },
    at: "/live",
    path: "/live",
    permissions,
    texts: ["live", "presence", "desk"],
  });
}

afterEach(() => vi.unstubAllGlobals());

test("an administrator whom routing has not heard of yet has their name", async () => {
  const nameless = { items: [person("b", "Bruna", { name: null })] };
  const colleagues = { items: [{ id: "b", name: "Bruna", active: true }], next_cursor: null };
  await show({ "GET /api/v1/presence": nameless, "GET /api/v1/attendants": colleagues });
  expect(await screen.findByRole("button", { name: /^Bruna/ })).toBeVisible();
});

test("it shows what waits in the teams, who is on what, and what is late", async () => {
  await show();
  const teams = await screen.findByRole("table");
  expect(within(teams).getByRole("row", { name: /Suporte/ })).toHaveTextContent("1 online · 1 ausente");
  const people = screen.getByRole("region", { name: "Atendentes" });
  expect(within(people).getByRole("button", { name: /^Bruna/ })).toHaveTextContent("5 de 5");
  expect(within(screen.getByRole("region", { name: "Metas em risco" })).getByRole("link")).toHaveTextContent(
    "Maria Souza#42Bruna · Suporte",
  );
  expect(screen.getByText("Metas perdidas").closest("div")).toHaveTextContent("1");
  await expectAccessible(document.body);
});

test("a conversation is taken over at once, with a way back", async () => {
  const { asked } = await show();
  await userEvent.click(await screen.findByRole("button", { name: "Assumir a conversa com Maria Souza" }));
  await waitFor(() => expect(asked.find(({ path }) => path.endsWith("/assign"))?.body).toEqual({ attendant_id: "me" }));
});

test("looking on leads to the conversation, where nothing is marked as read", async () => {
  const { router } = await show();
  await userEvent.click(await screen.findByRole("button", { name: "Acompanhar a conversa com Maria Souza" }));
  expect(router.state.location.pathname + router.state.location.search).toBe("/inbox/all/k1?watch=1");
});

test("a supervisor says that somebody is at lunch", async () => {
  const { asked } = await show();
  await userEvent.click(await screen.findByRole("button", { name: "Mudar a disponibilidade de Caio" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Ausente: Almoço" }));
  await waitFor(() =>
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ state: "away", reason_id: "lunch" }),
  );
  const people = screen.getByRole("region", { name: "Atendentes" });
  await waitFor(() => expect(people).toHaveTextContent("Ausente"));
});

test("a person's conversations open below them", async () => {
  await show();
  await userEvent.click(await screen.findByRole("button", { name: /^Bruna/ }));
  const theirs = screen.getByRole("list", { name: "Conversas de Bruna" });
  expect(within(theirs).getByRole("link", { name: /Maria Souza/ })).toHaveAttribute("href", "/inbox/all/k1");
  await expectAccessible(document.body);
});

test("an empty service is said, not shown as nothing", async () => {
  await show({
    "GET /api/v1/queue": { items: [], teams: [] },
    "GET /api/v1/presence": { items: [] },
    "GET /api/v1/conversations": { items: [], next_cursor: null },
  });
  expect(await screen.findByText("Nenhuma meta perto do fim ou perdida.")).toBeVisible();
  expect(screen.getByText("Ninguém está online nem tem conversas.")).toBeVisible();
});

test("what fails says so and is asked for again", async () => {
  const { asked } = await show({ "GET /api/v1/queue": new Refusal(500, { code: "internal_error", title: "no" }) });
  expect(await screen.findByText("Não foi possível carregar a visão ao vivo")).toBeVisible();
  const before = asked.filter(({ path }) => path === "/api/v1/queue").length;
  await userEvent.click(screen.getByRole("button", { name: "Tentar de novo" }));
  await waitFor(() => expect(asked.filter(({ path }) => path === "/api/v1/queue").length).toBeGreaterThan(before));
});

test("targets that could not be loaded are not shown as none at risk", async () => {
  await show({ "GET /api/v1/conversations": new Refusal(500, { code: "internal_error", title: "no" }) });
  expect(await screen.findByText("As metas em risco não puderam ser carregadas")).toBeVisible();
  expect(screen.getByText("Metas perdidas").closest("div")).toHaveTextContent("—");
  expect(screen.queryByText("ninguém espera")).toBeNull();
});

test("until everything is there it has a page's shape", async () => {
  await show({ "GET /api/v1/presence": SILENCE });
  await waitFor(() => expect(screen.queryByRole("heading", { name: "Ao vivo" })).toBeNull());
});

test("it is for those alone who may change others' presence", async () => {
  const { asked } = await show({}, me.permissions);
  expect(await screen.findByText("Esta página é para supervisores")).toBeVisible();
  expect(asked.map(({ path }) => path)).not.toContain("/api/v1/queue");
});
