import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, renderPart, type Answers } from "@/shared/testing/part";

import type { Target } from "../../api/types";
import { amountOf, exampleDay, newTarget } from "../../model/targets";
import { TargetsPage } from "./TargetsPage";

const vip: Target = { ...newTarget(), id: "vip", version: 1, position: 1, name: "VIP", resolution_minutes: 480 };

const answers: Answers = {
  "GET /api/v1/service-levels": { items: [vip], next_cursor: null },
  "GET /api/v1/teams": { items: [{ id: "sales", name: "Vendas", version: 1, members: [] }], next_cursor: null },
  "GET /api/v1/attendants": { items: [], next_cursor: null },
  "GET /api/v1/channels": { items: [], next_cursor: null },
  "GET /api/v1/channels/capabilities": { items: [], notes: {} },
  "GET /api/v1/labels": { items: [], next_cursor: null },
  "GET /api/v1/types": { items: [], next_cursor: null },
  "GET /api/v1/contact-fields": { items: [], next_cursor: null },
  "POST /api/v1/service-levels/preview": {
    opened_at: "2026-11-27T20:30:00Z",
    targets: [{ target: "first_response", warn_at: "2026-11-30T12:22:00Z", due_at: "2026-11-30T13:00:00Z" }],
  },
  "PATCH /api/v1/service-levels/vip": ({ body }: { body: object }) => ({ ...vip, ...body, version: 2 }),
};

const show = (at: string) =>
  renderPart(<TargetsPage />, {
    at: `/settings/targets${at}`,
    path: "/settings/:page/:item?",
    answers,
    permissions: ["settings:manage"],
    texts: ["targets", "rules", "routing", "settings"],
  });

test("the list says for which conversations a target is, and within what time", async () => {
  const { container } = await show("");
  expect(await screen.findByText("Primeira resposta: 30 min · Resolução: 8 h")).toBeVisible();
  expect(screen.getByText("Todas as conversas")).toBeVisible();
  await expectAccessible(container);
});

test("hours are typed as hours and sent as minutes, with an example in a sentence", async () => {
  const { asked, container } = await show("/vip");
  const example = await screen.findByRole("region", { name: "Por exemplo" });
  await waitFor(() => expect(example).toHaveTextContent(/segunda-feira, 30\/11, 10:00/));
  await expectAccessible(container);
  fireEvent.change(screen.getByRole("textbox", { name: "Resolução" }), { target: { value: "4,5" } });
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  expect(asked.find(({ method }) => method === "PATCH")?.body).toMatchObject({ resolution_minutes: 270 });
});

test("a target that promises nothing is not sent", async () => {
  const { asked } = await show("/vip");
  for (const name of ["Primeira resposta", "Resolução"]) {
    fireEvent.change(await screen.findByRole("textbox", { name }), { target: { value: "" } });
  }
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByText("Dê ao menos um dos três tempos.")).toBeVisible();
  expect(await screen.findByText(/Dê um tempo acima/)).toBeVisible();
  expect(asked.some(({ method }) => method === "PATCH")).toBe(false);
});

test.each([
  ["2026-11-29", "2026-12-04T17:30"],
  ["2026-11-27", "2026-11-27T17:30"],
])("the example of %s is the Friday %s", (today, day) => {
  expect(exampleDay(today)).toBe(day);
});

test.each([
  [45, "45 min"],
  [240, "4 h"],
  [270, "4 h 30 min"],
  [2880, "2 dias"],
])("%i minutes are %s", (minutes, words) => {
  expect(amountOf(minutes, "pt-BR")).toBe(words);
});
