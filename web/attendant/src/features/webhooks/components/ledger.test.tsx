import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, type Answers } from "@/shared/testing/part";

import type { Delivery, DeliveryDetail, Replay } from "../api/ledgerTypes";
import { DisabledBanner } from "./banner/DisabledBanner";
import { DeliveriesPage } from "./deliveries/DeliveriesPage";
import { ReplayPage } from "./replay/ReplayPage";

const WEBHOOK = {
  id: "w",
  url: "https://crm.example.com/in?token=secret",
  description: "CRM",
  state: "enabled" as const,
  state_since: "2026-11-20T12:00:00.000Z",
  disabled_reason: null,
  failing: null,
};

const ROW: Delivery = {
  id: "d1",
  webhook_id: "w",
  event_id: "e1",
  event_type: "message.received",
  conversation_id: "c",
  state: "failed",
  tries: 2,
  accepted_at: "2026-11-22T12:00:00.000Z",
  due_at: null,
  finished_at: "2026-11-22T12:01:00.000Z",
  last: { at: "2026-11-22T12:00:05.000Z", outcome: "refused", status: 503, ms: 90, error: null },
  replay_id: null,
  waiting_for: null,
  reason: "used_up",
};

const attempt = (at: string, status: number | null): DeliveryDetail["attempts"][number] => ({
  at,
  outcome: status === null ? "timeout" : "refused",
  status,
  ms: 90,
  error: null,
  trouble: null,
  answer: status === null ? null : '{"why":"busy"}',
  answer_headers: [],
  retry_after: null,
});

const DETAIL: DeliveryDetail = {
  ...ROW,
  attempts: [attempt("2026-11-22T12:00:00.000Z", null), attempt("2026-11-22T12:00:05.090Z", 503)],
  request: {
    url_host: "crm.example.com",
    headers: [
      { name: "webhook-id", value: "e1" },
      { name: "webhook-signature", value: null },
    ],
    body: '{"id":"e1"}',
  },
};

const REPLAY: Replay = {
  id: "r",
  webhook_id: "w",
  kind: "replay",
  state: "running",
  reason: null,
  since: "2026-11-21T12:00:00.000Z",
  until: "2026-11-22T12:00:00.000Z",
  event_types: null,
  only: "missed",
  total: 20,
  examined: 12,
  added: 12,
  waiting: 2,
  delivered: 9,
  failed: 1,
  dropped: 0,
  unsendable: 0,
  created_at: "2026-11-22T12:00:00.000Z",
  created_by: "Ana",
  finished_at: null,
};

const KNOWN = {
  "GET /api/v1/webhooks": { items: [WEBHOOK] },
  "GET /api/v1/webhooks/event-types": { items: [] },
  "GET /api/v1/webhook-deliveries": { items: [ROW], next_cursor: null },
  "GET /api/v1/webhook-deliveries/d1": DETAIL,
};

const show = (deliveryId: string | null, answers: Answers = {}) =>
  renderPart(<DeliveriesPage webhookId={null} deliveryId={deliveryId} />, {
    texts: ["deliveries", "settings", "webhooks"],
    answers: { ...KNOWN, ...answers },
  });

test("a row says what, to whom, how it stands and how often; a filter asks the server", async () => {
  const { asked, container } = await show(null);
  const row = await screen.findByRole("link", { name: /message\.received/ });
  expect(row).toHaveTextContent(/Falhou.*CRM.*Recusado \(503\).*2 tentativas/);
  expect(row).toHaveAttribute("href", expect.stringMatching("/settings/webhooks/deliveries/d1"));
  await expectAccessible(container);
  fireEvent.change(screen.getByLabelText("Situação"), { target: { value: "delivered" } });
  await waitFor(() => expect(asked.some(({ path }) => path.includes("state=delivered"))).toBe(true));
});

test("a page without rows and a cursor offers to look further back", async () => {
  const { asked } = await show(null, {
    "GET /api/v1/webhook-deliveries": ({ path }: { path: string }) =>
      path.includes("cursor=further") ? { items: [ROW], next_cursor: null } : { items: [], next_cursor: "further" },
  });
  fireEvent.click(await screen.findByRole("button", { name: "Procurar mais atrás" }));
  expect(await screen.findByRole("link", { name: /message\.received/ })).toBeVisible();
  expect(asked.some(({ path }) => path.includes("cursor=further"))).toBe(true);
});

test("what cannot be loaded says so, and nothing yet teaches what will come", async () => {
  const { unmount } = await show(null, { "GET /api/v1/webhook-deliveries": new Refusal(403, { code: "forbidden" }) });
  expect(await screen.findByRole("button", { name: /de novo/i })).toBeVisible();
  unmount();
  await show(null, { "GET /api/v1/webhook-deliveries": { items: [], next_cursor: null } });
  expect(await screen.findByText("Nada enviado ainda")).toBeVisible();
});

test("a delivery shows its attempts, its pauses, and its request without secrets; sent again, the new one opens", async () => {
  const { router, asked } = await show("d1", {
    "POST /api/v1/webhook-deliveries/d1/resend": { ...ROW, id: "d2", state: "waiting" },
  });
  const dialog = await screen.findByRole("dialog");
  const line = await within(dialog).findByRole("list", { name: "Tentativas" });
  expect(line).toHaveTextContent(/Tentativa 1: Sem resposta a tempo.*5 s de espera.*Tentativa 2: Recusado \(503\)/);
  expect(within(dialog).getByText("As tentativas acabaram.")).toBeVisible();
  expect(within(dialog).getByRole("region", { name: "Conteúdo enviado" })).toHaveTextContent('"id": "e1"');
  expect(within(dialog).getByText("não mostrado")).toBeInTheDocument();
  expect(dialog).not.toHaveTextContent("secret");
  await expectAccessible(dialog);
  fireEvent.click(within(dialog).getByRole("button", { name: "Reenviar" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/settings/webhooks/deliveries/d2"));
  expect(asked.filter(({ method }) => method === "POST")).toHaveLength(1);
});

test("what is kept no longer cannot be sent again, and says why", async () => {
  const gone = { ...DETAIL, state: "dropped" as const, reason: "erased", request: { ...DETAIL.request, body: null } };
  await show("d1", { "GET /api/v1/webhook-deliveries/d1": gone });
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText("Os dados do cliente foram apagados.")).toBeVisible();
  expect(within(dialog).getByRole("button", { name: "Reenviar" })).toBeDisabled();
});

const replay = (answers: Answers) =>
  renderPart(<ReplayPage webhookId="w" />, {
    texts: ["deliveries", "settings", "webhooks"],
    answers: { ...KNOWN, ...answers },
  });

test("a replay is counted before it starts, and what was counted is what is asked for", async () => {
  let running: Replay[] = [];
  const { asked } = await replay({
    "GET /api/v1/webhooks/w/replays": () => ({ items: running }),
    "POST /api/v1/webhooks/w/replay/count": { count: 12430, exact: true, archive_since: "2026-11-01T03:00:00.000Z" },
    "POST /api/v1/webhooks/w/replay": () => {
      running = [REPLAY];
      return REPLAY;
    },
  });
  expect(await screen.findByText("12.430 eventos")).toBeVisible();
  fireEvent.click(await screen.findByRole("button", { name: "Reenviar 12.430 eventos" }));
  expect(await screen.findByText("10 de 20")).toBeVisible();
  const [counted, started] = asked.filter(({ method }) => method === "POST");
  expect(started?.body).toEqual(counted?.body);
  expect(started?.body).toMatchObject({ only: "missed" });
});

test("a replay that runs can be stopped; a refusal is said in words", async () => {
  const { asked, container } = await replay({
    "GET /api/v1/webhooks/w/replays": { items: [REPLAY] },
    "DELETE /api/v1/webhooks/w/replays/r": { ...REPLAY, state: "stopped" },
  });
  expect(await screen.findByRole("progressbar", { name: "Andamento do reenvio" })).toBeInTheDocument();
  await expectAccessible(container);
  fireEvent.click(screen.getByRole("button", { name: "Interromper" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
});

test("of a disabled webhook the notice says why, recovers it, and can be put away", async () => {
  let away = false;
  const disabled = { ...WEBHOOK, state: "disabled" as const, disabled_reason: "failing" as const };
  const { router, container } = await renderPart(
    <DisabledBanner webhooks={[disabled]} putAway={() => (away = true)} />,
    { texts: ["deliveries"], answers: { "POST /api/v1/webhooks/w/recover": REPLAY } },
  );
  expect(await screen.findByText("O webhook CRM foi desativado.")).toBeVisible();
  await expectAccessible(container);
  fireEvent.click(screen.getByRole("button", { name: "Fechar este aviso" }));
  expect(away).toBe(true);
  fireEvent.click(screen.getByRole("button", { name: "Reativar e recuperar" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/settings/webhooks/w/replay"));
});
