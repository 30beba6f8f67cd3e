import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";
import { undoLatest } from "@/shared/ui/notify";

import type { AwayReason, Policies } from "../../api/types";
import { DistributionPage } from "./DistributionPage";

const policies: Policies = {
  distribution: { default_team_id: null, return_minutes: 5 },
  telling: { position_minutes: null, position: {}, overdue_minutes: null, overdue: {}, language: "pt-BR" },
  inactivity: {
    no_answer_minutes: null,
    accept_minutes: null,
    accept_in_teams: false,
    remind_minutes: 60,
    reminder: {},
    close_minutes: null,
    say_closing: true,
    closing: {},
    closing_type_id: null,
    language: "pt-BR",
    teams: [],
  },
  presence: {
    grace_seconds: 90,
    untouched_minutes: 15,
    start_as: "online",
    zone: "America/Sao_Paulo",
    release_minutes: { away: null, offline: null, deactivated: null },
    breaks: [],
  },
  reopening: { within_hours: 24 },
};
const lunch: AwayReason = {
  id: "lunch",
  version: 1,
  position: 1,
  name: "Almoço",
  names: { en: "Lunch" },
  counts_as_break: true,
};

function serverOf(reasons: AwayReason[], changes: Answers = {}): Answers {
  const found = Object.entries(policies).flatMap(([name, value]): [string, unknown][] => {
    const path = `/api/v1/${name === "reopening" ? "settings" : "routing"}/${name}`;
    return [
      [`GET ${path}`, value],
      [`PUT ${path}`, ({ body }: { body: unknown }) => body],
    ];
  });
  return {
    ...Object.fromEntries(found),
    "GET /api/v1/teams": { items: [{ id: "sales", name: "Vendas", version: 1, members: [] }], next_cursor: null },
    "GET /api/v1/attendants": { items: [], next_cursor: null },
    "GET /api/v1/types": { items: [], next_cursor: null },
    "GET /api/v1/away-reasons": () => ({ items: reasons, next_cursor: null }),
    "POST /api/v1/away-reasons": ({ body }: { body: Omit<AwayReason, "id"> }) => {
      const made = { ...body, id: "made", version: 1, position: 9 };
      reasons = [...reasons, made];
      return made;
    },
    "DELETE /api/v1/away-reasons/lunch": () => {
      reasons = [];
      return null;
    },
    ...changes,
  };
}

const show = (changes: Answers = {}) =>
  renderPart(<DistributionPage />, {
    at: "/settings/distribution",
    path: "/settings/:page/:item?",
    answers: serverOf([lunch], changes),
    permissions: ["settings:manage"],
    texts: ["distribution", "hours", "routing", "settings"],
  });

const sectionOf = async (name: string) => {
  const heading = await screen.findByRole("heading", { level: 2, name });
  return within(heading.closest("section") as HTMLElement);
};

test("each policy is saved by its own button, whole", async () => {
  const { asked, container } = await show();
  const telling = await sectionOf("O que o cliente lê na fila");
  await expectAccessible(container);
  fireEvent.change(telling.getByRole("textbox", { name: "Dizer a posição na fila" }), { target: { value: "10" } });
  expect(
    await telling.findByText(/Você está na posição 3 da fila. Espera estimada: cerca de 10 minutos/),
  ).toBeVisible();
  await userEvent.click(telling.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(telling.getByRole("button", { name: "Salvar" })).toBeDisabled());
  expect(asked.filter(({ method }) => method === "PUT")).toEqual([
    { method: "PUT", path: "/api/v1/routing/telling", body: { ...policies.telling, position_minutes: 10 } },
  ]);
});

test("a team gets times of its own, which begin as the company's", async () => {
  const { asked } = await show();
  const inactivity = await sectionOf("Quando alguém não responde");
  await userEvent.click(await inactivity.findByRole("button", { name: "Tempos próprios de uma equipe" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Vendas" }));
  const team = await screen.findByRole("group", { name: "Equipe Vendas" });
  fireEvent.change(within(team).getByRole("textbox", { name: "Atendente não responde" }), { target: { value: "15" } });
  await userEvent.click(inactivity.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PUT")).toBe(true));
  const company = Object.entries(policies.inactivity).filter(([name]) => name !== "teams");
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({
    ...policies.inactivity,
    teams: [{ ...Object.fromEntries(company), team_id: "sales", no_answer_minutes: 15 }],
  });
});

test("a break without an end of its own is not sent", async () => {
  const { asked } = await show();
  const presence = await sectionOf("Presença dos atendentes");
  fireEvent.click(presence.getByRole("button", { name: "Adicionar pausa" }));
  fireEvent.change(presence.getByLabelText("Fim da pausa"), { target: { value: "12:00" } });
  expect(await presence.findByText(/Uma pausa precisa/)).toBeVisible();
  await userEvent.click(presence.getByRole("button", { name: "Salvar" }));
  expect(asked.some(({ method }) => method === "PUT")).toBe(false);
  fireEvent.change(presence.getByLabelText("Fim da pausa"), { target: { value: "12:30" } });
  await userEvent.click(presence.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PUT")).toBe(true));
});

test("a text with an unknown variable is said at its field, and stays", async () => {
  const refusal = new Refusal(422, {
    code: "unknown_variable",
    title: "invalid",
    errors: [{ field: "reminder", message: "pt-BR, line 1, column 1: nome is not known" }],
  });
  await show({ "PUT /api/v1/routing/inactivity": refusal });
  const inactivity = await sectionOf("Quando alguém não responde");
  const text = await inactivity.findByRole("textbox", { name: "Lembrete (Português)" });
  fireEvent.change(text, { target: { value: "{{nome}}?" } });
  await userEvent.click(inactivity.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(text).toBeInvalid());
  expect(text).toHaveValue("{{nome}}?");
  expect(text).toHaveAccessibleDescription(/Uma variável não existe/);
});

test("a reason is made in three languages, and a deleted one comes back by undo", async () => {
  const { asked } = await show();
  await userEvent.click(await screen.findByRole("button", { name: "Excluir Almoço" }));
  await waitFor(() => expect(screen.queryByText("Almoço")).toBeNull());
  expect(undoLatest()).toBe(true);
  expect(await screen.findByText("Almoço")).toBeVisible();
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
    name: "Almoço",
    names: { en: "Lunch" },
    counts_as_break: true,
  });
  await userEvent.click(screen.getByRole("button", { name: "Novo motivo" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "Salvar" }));
  expect(await within(dialog).findByText("Escreva um nome")).toBeVisible();
  await userEvent.type(within(dialog).getByRole("textbox", { name: "Nome" }), "Médico");
  await userEvent.type(within(dialog).getByRole("textbox", { name: "Em English" }), "Doctor");
  await userEvent.click(within(dialog).getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked.filter(({ method }) => method === "POST").at(-1)?.body).toEqual({
    name: "Médico",
    names: { en: "Doctor" },
    counts_as_break: true,
  });
});

test("a reason that somebody else changed meanwhile is saved over what they left", async () => {
  let there = lunch;
  const sent: unknown[] = [];
  await show({
    "GET /api/v1/away-reasons": () => ({ items: [there], next_cursor: null }),
    "PATCH /api/v1/away-reasons/lunch": ({ body }: { body: object }) => {
      sent.push(body);
      if (sent.length > 1) return { ...there, ...body, version: 3 };
      there = { ...lunch, version: 2, counts_as_break: false };
      return new Refusal(412, { code: "precondition_failed", title: "old" });
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Editar Almoço" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.type(dialog.getByRole("textbox", { name: "Nome" }), "!");
  await userEvent.click(dialog.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(dialog.getByRole("switch", { name: /^Conta como pausa/ })).not.toBeChecked());
  expect(dialog.getByText(/O que você mudou continua aqui/)).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent[1]).toMatchObject({ name: "Almoço!", counts_as_break: false });
});

test("loading holds the place, an error can be tried again", async () => {
  const { container, unmount } = await show({ "GET /api/v1/routing/telling": SILENCE });
  await waitFor(() => expect(container.querySelector("[aria-busy=true]")).not.toBeNull());
  unmount();
  await show({ "GET /api/v1/routing/telling": new Refusal(503, { code: "unavailable" }) });
  expect(await screen.findByRole("button", { name: "Tentar de novo" })).toBeVisible();
});
