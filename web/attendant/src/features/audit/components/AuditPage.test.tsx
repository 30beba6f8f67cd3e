import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE } from "@/shared/testing/part";

import type { AuditEntry } from "../api/audit";
import { AuditPage } from "./AuditPage";

const ANA = {
  id: "ana",
  name: "Ana Souza",
  email: "ana@x",
  role: "admin",
  active: true,
  visibility: "all",
  version: 1,
};
const BIA = { ...ANA, id: "bia", name: "Bia Lima" };

const entry = (id: string, more: Partial<AuditEntry>): AuditEntry => ({
  id,
  at: "2026-11-22T12:00:00.000Z",
  action: "session.opened",
  outcome: "done",
  status: 200,
  actor: { type: "attendant", id: "ana", name: "Ana Souza" },
  subject: null,
  address: "203.0.113.9",
  device: "Firefox · Linux",
  details: {},
  times: 1,
  request_id: "r",
  ...more,
});

const show = (items: AuditEntry[] | Refusal | typeof SILENCE) =>
  renderPart(<AuditPage />, {
    texts: ["audit", "attendants", "settings"],
    answers: {
      "GET /api/v1/attendants": { items: [ANA, BIA], next_cursor: null },
      "GET /api/v1/audit": Array.isArray(items) ? { items, next_cursor: null } : items,
    },
  });

test("says who did what to whom, when, from where and how it ended", async () => {
  const { container } = await show([
    entry("1", {
      action: "attendant.changed",
      subject: { type: "attendant", id: "bia" },
      details: { role: "supervisor", active: false },
    }),
    entry("2", { action: "setting.removed", subject: { type: "tag", id: "t" } }),
    entry("3", { action: "session.refused", outcome: "refused", times: 3 }),
    entry("4", { action: "retention.changed", details: { messages_days: 30, files_days: null } }),
  ]);
  expect(await screen.findByText("Mudou um atendente: Bia Lima")).toBeVisible();
  expect(screen.getByText(/papel: Supervis.* · acesso desligado/)).toBeVisible();
  expect(screen.getByText("Excluiu: tag")).toBeVisible();
  expect(screen.getByText("Recusado")).toBeVisible();
  expect(screen.getByText("3 vezes")).toBeVisible();
  expect(screen.getByText("mensagens: 30 dias · arquivos: sem prazo")).toBeVisible();
  expect(screen.getAllByText(/203\.0\.113\.9 · Firefox · Linux/)).toHaveLength(4);
  await expectAccessible(container);
});

test("filters ask the server, and can be cleared", async () => {
  const { asked } = await show([]);
  expect(await screen.findByText("Nada registrado ainda")).toBeVisible();
  fireEvent.change(screen.getByLabelText("O quê"), { target: { value: "hold" } });
  expect(await screen.findByText("Nada encontrado")).toBeVisible();
  await waitFor(() => expect(asked.some(({ path }) => path.includes("hold.set"))).toBe(true));
  fireEvent.click(screen.getByRole("button", { name: "Limpar filtros" }));
  expect(await screen.findByText("Nada registrado ainda")).toBeVisible();
});

test("what cannot be loaded says so, and can be asked for again", async () => {
  await show(new Refusal(403, { code: "forbidden" }));
  expect(await screen.findByRole("button", { name: /de novo/i })).toBeVisible();
});

test("shows its shape while it is loading", async () => {
  const { container } = await show(SILENCE);
  expect(container.querySelector("[aria-busy=true]")).not.toBeNull();
});
