import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, type Answers } from "@/shared/testing/part";

import { ChannelPage } from "./ChannelPage";
import { ChannelsPage } from "./ChannelsPage";
import { ConnectPage } from "./ConnectPage";
import { SetupPage } from "./SetupPage";

const words = (text: string) => ({ "pt-BR": text, en: text, es: text });

const kind = {
  kind: "whatsapp",
  name: "WhatsApp",
  fields: [
    {
      name: "number_id",
      where: "credentials",
      type: "text",
      label: words("Identificação"),
      help: words("Só dígitos"),
      secret: false,
      required: true,
      pattern: "[0-9]+",
      changeable: false,
    },
    {
      name: "access_token",
      where: "credentials",
      type: "text",
      label: words("Token"),
      help: words("Começa com EAA"),
      secret: true,
      required: true,
      min_length: 4,
      changeable: true,
    },
    {
      name: "read_receipts",
      where: "settings",
      type: "boolean",
      label: words("Confirmações"),
      help: words("O cliente vê"),
      secret: false,
      required: false,
      default: true,
      changeable: true,
    },
  ],
  steps: [{ title: words("Crie o aplicativo"), text: words("No painel") }],
  copy: [
    { what: "webhook_url", label: words("Endereço"), help: words("Cole no painel") },
    { what: "verify_token", label: words("Token de verificação"), help: words("No segundo campo") },
  ],
  docs_url: "https://provider.test/docs",
  has_templates: true,
};

const channel = {
  id: "a1",
  kind: "whatsapp",
  name: "Recepção",
  status: "active",
  status_reason: null,
  webhook_url: "https://x.test/webhooks/a1",
  verify_token: "verify-me",
  settings: { read_receipts: true },
  version: 1,
  created_at: "2026-11-22T12:00:00Z",
  updated_at: "2026-11-22T12:00:00Z",
  checked_at: "2026-11-22T12:00:00Z",
  last_webhook_at: "2026-11-22T12:00:00Z",
  webhook_verified_at: "2026-11-22T12:00:00Z",
  proven: true,
  phone_number_id: "1",
  business_account_id: "2",
  display_phone_number: "551133330000",
  verified_name: "Clínica",
  health: { quality: "GREEN", messaging_limit: null, alerts: [] },
};

const template = {
  name: "lembrete",
  language: "pt_BR",
  category: "UTILITY",
  status: "rejected",
  quality: null,
  reason: "INVALID_FORMAT",
  layout: { header: null, body: "Olá, {{1}}!", footer: null, buttons: [{ type: "reply", title: "Confirmar" }] },
};

const answers: Answers = {
  "GET /api/v1/channels": { items: [channel], next_cursor: null },
  "GET /api/v1/channels/a1": channel,
  "GET /api/v1/channels/kinds": { items: [kind] },
  "GET /api/v1/channels/a1/templates": { items: [template], next_cursor: null },
  "GET /api/v1/client": { build: null, sandbox_url: null, sample_login: null, time_zone: "UTC", languages: [] },
};
const texts = ["channels", "sandbox", "settings"];

test("the list says how each account is doing", async () => {
  const { container } = await renderPart(<ChannelsPage />, { answers, texts });
  const row = await screen.findByRole("link", { name: /Recepção/ });
  expect(row).toHaveTextContent("+55 11 3333-0000");
  expect(row).toHaveTextContent("Funcionando");
  expect(row).toHaveAttribute("href", "/channels/a1");
  await expectAccessible(container);
});

test("without a channel, the first step is offered to who may take it", async () => {
  const none = { ...answers, "GET /api/v1/channels": { items: [], next_cursor: null } };
  const { unmount } = await renderPart(<ChannelsPage />, { answers: none, texts });
  expect(await screen.findByRole("link", { name: "Conectar canal" })).toHaveAttribute("href", "/channels/new");
  unmount();
  await renderPart(<ChannelsPage />, { answers: none, texts, permissions: ["channels:read"] });
  expect(await screen.findByText("Nenhum canal conectado")).toBeVisible();
  expect(screen.queryByRole("link", { name: "Conectar canal" })).toBeNull();
});

test("a list that cannot be loaded says so", async () => {
  const refused = { ...answers, "GET /api/v1/channels": new Refusal(403, { code: "forbidden" }) };
  await renderPart(<ChannelsPage />, { answers: refused, texts });
  expect(await screen.findByText("Você não tem permissão para isto")).toBeVisible();
});

const page = { at: "/channels/a1", path: "/channels/:accountId", texts };

test("an account whose credentials were refused says why and what to do", async () => {
  const reason = { code: "190", message: "expired", at: "2026-11-22T12:00:00Z", texts: words("O token venceu.") };
  const refused = { ...channel, status: "needs_reconnection", status_reason: reason };
  const { container } = await renderPart(<ChannelPage />, {
    answers: { ...answers, "GET /api/v1/channels/a1": refused },
    ...page,
  });
  expect(await screen.findByText("O token venceu.")).toBeVisible();
  expect(screen.getByText("expired (190)")).toBeVisible();
  expect(screen.getByText("Precisa reconectar")).toBeVisible();
  await screen.findByText("lembrete");
  await expectAccessible(container);
});

test("the test's answer is told in words", async () => {
  const failed = { ok: false, status: "needs_reconnection", texts: words("Sem permissão."), message: "no", code: "10" };
  await renderPart(<ChannelPage />, { answers: { ...answers, "POST /api/v1/channels/a1/check": failed }, ...page });
  await userEvent.click(await screen.findByRole("button", { name: "Testar" }));
  expect(await screen.findByText("Sem permissão.")).toBeVisible();
});

test("credentials are written, never read, and only what was filled in is sent", async () => {
  const { asked } = await renderPart(<ChannelPage />, {
    answers: { ...answers, "PATCH /api/v1/channels/a1": channel },
    ...page,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Trocar credenciais" }));
  expect(screen.queryByLabelText(/Identificação/)).toBeNull();
  const token = screen.getByLabelText("Token");
  expect(token).toHaveValue("");
  await userEvent.type(token, "EAA2");
  await userEvent.click(screen.getByRole("button", { name: "Salvar credenciais" }));
  await screen.findByRole("button", { name: "Trocar credenciais" });
  expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ credentials: { access_token: "EAA2" } });
});

test("removing names what is lost before it happens", async () => {
  const { asked, router } = await renderPart(<ChannelPage />, {
    answers: { ...answers, "DELETE /api/v1/channels/a1": null },
    ...page,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Remover" }));
  const dialog = await screen.findByRole("dialog", { name: "Remover “Recepção”?" });
  expect(dialog).toHaveTextContent("deixam de chegar");
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
  await userEvent.click(within(dialog).getByRole("button", { name: "Remover" }));
  await screen.findByText("elsewhere");
  expect(router.state.location.pathname).toBe("/channels");
});

test("who may not manage sees how it is, and nothing to change", async () => {
  await renderPart(<ChannelPage />, { answers, ...page, permissions: ["channels:read"] });
  expect(await screen.findByText("Funcionando")).toBeVisible();
  await screen.findByText("lembrete");
  expect(screen.queryByRole("button")).toBeNull();
});

test("a refused template shows the provider's reason and how it looks", async () => {
  await renderPart(<ChannelPage />, { answers, ...page });
  await userEvent.click(await screen.findByText("lembrete"));
  expect(screen.getByText("Recusado")).toBeVisible();
  expect(screen.getByText(/INVALID_FORMAT/)).toBeVisible();
  expect(screen.getByRole("group", { name: "Como o cliente vê" })).toHaveTextContent("Olá, 1!Confirmar");
});

const connecting = { at: "/channels/new/whatsapp", path: "/channels/new/:kind?", texts };

test("the form says what is wrong beside the field and sends nothing until it is right", async () => {
  const { asked, container, router } = await renderPart(<ConnectPage />, {
    answers: { ...answers, "POST /api/v1/channels": channel },
    ...connecting,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Conectar" }));
  expect(screen.getAllByText("Preencha este campo.")).toHaveLength(3);
  expect(screen.getByRole("textbox", { name: /Nome/ })).toHaveFocus();
  await userEvent.type(screen.getByRole("textbox", { name: /Nome/ }), "Recepção");
  await userEvent.type(screen.getByLabelText(/Identificação/), "12a");
  await userEvent.type(screen.getByLabelText(/^Token/), "EAA1");
  expect(screen.getByText(/Não parece certo/)).toBeVisible();
  await expectAccessible(container);
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
  await userEvent.type(screen.getByLabelText(/Identificação/), "{Backspace}3");
  await userEvent.click(screen.getByRole("button", { name: "Conectar" }));
  await screen.findByText("elsewhere");
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
    kind: "whatsapp",
    name: "Recepção",
    credentials: { number_id: "123", access_token: "EAA1" },
    settings: { read_receipts: true },
  });
  expect(router.state.location.pathname).toBe("/channels/a1/setup");
});

test("who may not connect is told so at the address too, before anything is typed", async () => {
  await renderPart(<ConnectPage />, { answers, ...connecting, permissions: ["channels:read"] });
  expect(await screen.findByText("Só a administração conecta canais")).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
});

test("a number that is connected already is said beside its field", async () => {
  const body = { code: "conflict", errors: [{ field: "credentials.number_id", message: "taken" }] };
  const taken = new Refusal(409, body);
  await renderPart(<ConnectPage />, { answers: { ...answers, "POST /api/v1/channels": taken }, ...connecting });
  await userEvent.type(await screen.findByRole("textbox", { name: /Nome/ }), "Recepção");
  const number = screen.getByLabelText(/Identificação/);
  await userEvent.type(number, "123");
  await userEvent.type(screen.getByLabelText(/^Token/), "EAA1");
  await userEvent.click(screen.getByRole("button", { name: "Conectar" }));
  await waitFor(() => expect(number).toHaveAccessibleDescription(/Este número já está conectado/));
  expect(number).toHaveFocus();
});

test("a number that is connected already keeps what was typed", async () => {
  const taken = new Refusal(409, { code: "conflict" });
  await renderPart(<ConnectPage />, { answers: { ...answers, "POST /api/v1/channels": taken }, ...connecting });
  await userEvent.type(await screen.findByRole("textbox", { name: /Nome/ }), "Recepção");
  await userEvent.type(screen.getByLabelText(/Identificação/), "123");
  await userEvent.type(screen.getByLabelText(/^Token/), "EAA1");
  await userEvent.click(screen.getByRole("button", { name: "Conectar" }));
  expect(await screen.findByText("Este número já está conectado")).toBeVisible();
  expect(screen.getByLabelText(/Identificação/)).toHaveValue("123");
});

test("the setup waits for the provider and says when the first message came", async () => {
  const waiting = { ...channel, webhook_verified_at: null, last_webhook_at: null };
  let now: object = waiting;
  const { client, container } = await renderPart(<SetupPage />, {
    answers: { ...answers, "GET /api/v1/channels/a1": () => now },
    at: "/channels/a1/setup",
    path: "/channels/:accountId/setup",
    texts,
  });
  expect(await screen.findByText("Esperando o provedor confirmar o endereço…")).toBeVisible();
  expect(screen.getByText("https://x.test/webhooks/a1")).toBeVisible();
  expect(screen.getByText("verify-me")).toBeVisible();
  await expectAccessible(container);
  expect(screen.queryByText(/chave secreta errada/)).toBeNull();
  now = { ...waiting, webhook_verified_at: channel.webhook_verified_at };
  await client.invalidateQueries();
  expect(await screen.findByText(/chave secreta errada/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Trocar credenciais" })).toBeVisible();
  await expectAccessible(container);
  now = channel;
  await client.invalidateQueries();
  expect(await screen.findByText("Chegou. O canal está funcionando.")).toBeVisible();
  expect(screen.getByRole("link", { name: "Abrir a fila" })).toHaveAttribute("href", "/inbox/queue");
});
