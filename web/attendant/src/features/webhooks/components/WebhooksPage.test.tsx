import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { keys } from "@/shared/api/keys";
import { expectAccessible, Refusal, renderPart, type Answers } from "@/shared/testing/part";

import type { Webhook } from "../api/types";
import { eventType, webhook } from "../testing";
import { WebhooksPage } from "./WebhooksPage";

const SECRET = "whsec_c2VjcmV0";

function serverOf(webhooks: Webhook[], changes: Answers = {}): Answers {
  return {
    "GET /api/v1/webhooks": () => ({ items: webhooks, next_cursor: null }),
    "GET /api/v1/webhooks/event-types": {
      items: [
        eventType("message.received", { message: { text: "Bom dia" } }),
        eventType("message.sent"),
        eventType("contact.created"),
        eventType("webhook.test"),
      ],
      next_cursor: null,
    },
    "POST /api/v1/webhooks/preview": { examined: 100, matched: 37, example: null, mistakes: [] },
    "POST /api/v1/webhooks": ({ body }: { body: object }) => {
      const made = webhook("made", body);
      webhooks = [...webhooks, made];
      return { ...made, auth: { kind: "none", client_certificate: null }, secret: SECRET };
    },
    "POST /api/v1/webhooks/one/recover": { id: "r", total: null },
    "GET /api/v1/teams": { items: [], next_cursor: null },
    "GET /api/v1/channels/capabilities": { items: [], notes: {} },
    "GET /api/v1/labels": { items: [], next_cursor: null },
    "GET /api/v1/types": { items: [], next_cursor: null },
    ...changes,
  };
}

const show = (at: string, answers: Answers) =>
  renderPart(<WebhooksPage />, {
    at: `/settings/webhooks${at}`,
    path: "/settings/:page/:item?/:part?/:detail?",
    answers,
    permissions: ["webhooks:manage", "conversations:read"],
    texts: ["webhooks", "deliveries", "routing", "settings"],
  });

const type = (name: string, value: string) =>
  fireEvent.change(screen.getByRole("textbox", { name }), { target: { value } });
const click = (role: string, name: string | RegExp) => fireEvent.click(screen.getByRole(role, { name }));

test("an endpoint that is disabled says since when and why, and one button recovers it", async () => {
  const stopped = webhook("one", {
    state: "disabled",
    state_since: "2026-11-28T12:00:00Z",
    disabled_reason: "gone",
    health: {
      status: "stopped",
      waiting: 1200,
      oldest_due_at: null,
      breaker: "open",
      hours: [],
      last_failure: { at: "2026-11-28T12:00:00Z", outcome: "refused", status: 410 },
    },
  });
  const { asked, container } = await show("", serverOf([stopped]));
  const row = await screen.findByRole("listitem");
  expect(within(row).getByText("Desativado")).toBeVisible();
  expect(within(row).getByText(/^Desativado em /)).toBeVisible();
  expect(within(row).getByText(/^Recusado \(410\) ·/)).toBeVisible();
  expect(within(row).getByText(/não existe mais \(410\)/)).toBeVisible();
  expect(within(row).getByText("1.200 esperando")).toBeVisible();
  await expectAccessible(container);
  click("button", "Reativar e recuperar");
  await waitFor(() => expect(asked.some(({ path }) => path === "/api/v1/webhooks/one/recover")).toBe(true));
});

test("without an endpoint the page shows what a receiver gets", async () => {
  const { container } = await show("", serverOf([]));
  expect(await screen.findByText("Nenhum webhook ainda")).toBeVisible();
  expect(screen.getByRole("region", { name: "Cabeçalhos enviados" })).toHaveTextContent("webhook-signature");
  await expectAccessible(container);
});

test("an endpoint is made with what was chosen, and its secret is shown once before it is opened", async () => {
  const { asked, router } = await show("/new", serverOf([]));
  await screen.findByRole("checkbox", { name: "message.received" });
  type("Endereço", "crm.example.com");
  click("button", "Salvar");
  expect(await screen.findByText(/que começa com https/)).toBeVisible();
  expect(screen.getByText("Escolha ao menos um evento")).toBeVisible();
  type("Endereço", "https://crm.example.com/in");
  fireEvent.change(screen.getByRole("searchbox", { name: "Procurar evento" }), { target: { value: "received" } });
  expect(screen.queryByRole("checkbox", { name: "contact.created" })).toBeNull();
  click("checkbox", "message.received");
  expect(await screen.findByText("37 teriam sido enviados", {}, { timeout: 5000 })).toBeVisible();
  click("button", "Salvar");
  expect(await screen.findByText(SECRET)).toBeVisible();
  expect(asked.find(({ method, path }) => method === "POST" && path === "/api/v1/webhooks")?.body).toMatchObject({
    url: "https://crm.example.com/in",
    event_types: ["message.received"],
    fields: null,
    template: null,
    auth: { kind: "none" },
  });
  click("button", "Já guardei");
  await waitFor(() => expect(router.state.location.pathname).toBe("/settings/webhooks/made"));
});

test("what the server refuses stands at its field, and nothing that was typed is lost", async () => {
  const refusal = new Refusal(422, {
    code: "invalid",
    errors: [
      { field: "headers.Host", message: "is set by the product and cannot be chosen" },
      { field: "url", message: "10.0.0.1 is in a private network" },
    ],
  });
  const known = webhook("one", { headers: { Host: "a" }, event_types: ["*"] });
  const { asked } = await show("/one", serverOf([known], { "PATCH /api/v1/webhooks/one": refusal }));
  await screen.findByRole("textbox", { name: "Endereço" });
  type("Endereço", "https://10.0.0.1/in");
  click("button", "Salvar");
  expect(await screen.findByText("Este cabeçalho é do próprio envio e não pode ser escolhido")).toBeVisible();
  expect(screen.getByText(/10.0.0.1 não é um endereço público/)).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Endereço" })).toHaveValue("https://10.0.0.1/in");
  expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ url: "https://10.0.0.1/in" });
});

/** An endpoint on a server that refuses to change an old version of it, and tells of these changes then. */
function versionedServer(changes: object[] = []) {
  const server = { stored: webhook("one", { event_types: ["*"] }), matched: [] as (string | null)[] };
  const answers = serverOf([], { "GET /api/v1/webhooks": () => ({ items: [server.stored], next_cursor: null }) });
  const asked = async () => {
    const part = await show("/one", answers);
    await screen.findByRole("textbox", { name: "Endereço" });
    const others = globalThis.fetch as (request: Request) => Promise<Response>;
    vi.stubGlobal("fetch", async (request: Request) => {
      if (request.method !== "PATCH") return others(request);
      server.matched.push(request.headers.get("If-Match"));
      const { stored } = server;
      if (server.matched.at(-1) !== `"${stored.version}"`) {
        return Response.json({ code: "conflict", version: stored.version, changes }, { status: 409 });
      }
      server.stored = { ...stored, ...((await request.json()) as object), version: stored.version + 1 };
      return Response.json(server.stored);
    });
    return part;
  };
  return { server, asked };
}

test("who saves over another one's change is told who changed what, keeps what was typed, and can save it then", async () => {
  const bia = { type: "attendant", id: "b", name: "Bia" };
  const { server, asked } = versionedServer([
    { type: "webhook.changed", fields: ["url", "headers"], actor: bia },
    { type: "webhook.changed", fields: ["enabled"], actor: { type: "system", id: null, name: null } },
    { type: "webhook.changed", fields: ["of_tomorrow"], actor: bia },
  ]);
  const { client } = await asked();
  type("Endereço", "https://mine.example.com/in");
  // Bia saves, and the page hears of it before Ana saves: what Ana typed over is still what she saw.
  server.stored = { ...server.stored, url: "https://hers.example.com/in", headers: { "X-Bia": "1" }, version: 4 };
  await act(() => client.refetchQueries({ queryKey: keys.webhooks() }));
  await screen.findByDisplayValue("X-Bia");
  click("button", "Salvar");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("Outra pessoa mudou isto enquanto você editava");
  expect(within(alert).getByText("Bia: Endereço, Cabeçalhos, outros dados")).toBeVisible();
  expect(within(alert).getByText("Automaticamente: Ligado, pausado ou desativado")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Endereço" })).toHaveValue("https://mine.example.com/in");
  expect(server.stored.url).toBe("https://hers.example.com/in");
  click("button", "Salvar");
  await waitFor(() => expect(server.stored.url).toBe("https://mine.example.com/in"));
  expect(server.matched).toEqual(['"1"', '"4"']);
  expect(server.stored.headers).toEqual({ "X-Bia": "1" });
});

test("what another one changed elsewhere in an endpoint is kept, and does not stand in the way", async () => {
  const { server, asked } = versionedServer();
  const { client } = await asked();
  type("Endereço", "https://mine.example.com/in");
  server.stored = { ...server.stored, headers: { "X-Bia": "1" }, version: 2 };
  await act(() => client.refetchQueries({ queryKey: keys.webhooks() }));
  await screen.findByDisplayValue("X-Bia");
  click("button", "Salvar");
  await waitFor(() => expect(server.matched).toEqual(['"2"']));
  await waitFor(() => expect(server.stored.url).toBe("https://mine.example.com/in"));
  expect(server.stored.headers).toEqual({ "X-Bia": "1" });
});

test("a test shows what was sent and what came back", async () => {
  const result = {
    delivery_id: "d",
    attempt: {
      at: "2026-11-28T12:00:00Z",
      outcome: "refused",
      status: 500,
      ms: 1240,
      error: "answered 500",
      trouble: null,
      answer: '{"oops":true}',
      answer_headers: [{ name: "content-type", value: "application/json" }],
      retry_after: null,
    },
    request: { url_host: "crm.example.com", headers: [{ name: "authorization", value: null }], body: "{}" },
  };
  const { container } = await show(
    "/one",
    serverOf([webhook("one", { event_types: ["*"] })], { "POST /api/v1/webhooks/one/test": result }),
  );
  await screen.findByRole("button", { name: "Enviar teste" });
  click("button", "Enviar teste");
  expect(await screen.findByText("Recusado: respondeu 500")).toBeVisible();
  expect(screen.getByText("em 1.240 ms")).toBeVisible();
  expect(screen.getByRole("region", { name: "Resposta" })).toHaveTextContent('"oops": true');
  expect(screen.getByRole("region", { name: "Cabeçalhos enviados" })).toHaveTextContent(
    "authorization: (não mostrado)",
  );
  await expectAccessible(container);
});

test("who comes back to an open endpoint sees what another administrator changed, and keeps what they typed", async () => {
  let [known] = [webhook("one", { event_types: ["*"] })];
  const answers = { "GET /api/v1/webhooks": () => ({ items: [known], next_cursor: null }) };
  const { asked } = await show("/one", serverOf([], { ...answers, "PATCH /api/v1/webhooks/one": () => known }));
  await screen.findByRole("textbox", { name: "Endereço" });
  type("Endereço", "https://crm.example.com/mine");
  known = { ...known, description: "ERP", version: 2 };
  fireEvent(window, new Event("visibilitychange"));
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Descrição" })).toHaveValue("ERP"));
  expect(screen.getByRole("textbox", { name: "Endereço" })).toHaveValue("https://crm.example.com/mine");
  click("button", "Salvar");
  await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ url: "https://crm.example.com/mine" });
});
