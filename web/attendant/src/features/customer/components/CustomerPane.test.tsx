import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import type { Attachment, Contact, Conversation, Message } from "@/shared/api/types";
import { usePicturesShown } from "@/shared/conversations/pictures";
import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";

import { CustomerPane } from "./CustomerPane";
import { FileRow, filesOf, isVisual } from "./Files";

const contact = {
  id: "c1",
  name: "Maria Souza",
  phone: "+5511999990000",
  email: null,
  claimed_phone: null,
  claimed_email: "maria@exemplo.test",
  labels: [{ id: "l", name: "VIP", color: "red" }],
  blocked: false,
  marketing: null,
  merged_into: null,
  created_at: "2026-11-20T12:00:00Z",
  version: 1,
} satisfies Contact;

const conversation = {
  id: "k1",
  number: 42,
  status: "open",
  channel: { kind: "whatsapp", account_id: "a1", name: "Recepção" },
  contact: { id: "c1", name: "Maria Souza", labels: [] },
  priority: "normal",
  favourite: false,
  draft: false,
  scheduled_count: 0,
  mentioned: false,
  unread_count: 0,
  tag_ids: [],
  opened_at: "2026-11-22T12:00:00Z",
  last_activity_at: "2026-11-22T12:00:00Z",
  reply_window_expires_at: "2020-01-01T00:00:00Z",
  placement: 0,
  sequence: 1,
} as Conversation;

const earlier: Conversation = {
  ...conversation,
  id: "k0",
  number: 7,
  status: "closed",
  closed_at: "2026-10-01T12:00:00Z",
};

const answers: Answers = {
  "GET /api/v1/conversations/k1": conversation,
  "GET /api/v1/contacts/c1": contact,
  "GET /api/v1/contacts/c1/conversations": { items: [conversation, earlier], next_cursor: null },
  "GET /api/v1/contacts/c2/conversations": { items: [conversation], next_cursor: null },
  ...Object.fromEntries(
    ["c1", "c2"].flatMap((id) =>
      ["identities", "duplicates", "merges", "notes", "attachments"].map((part) => [
        `GET /api/v1/contacts/${id}/${part}`,
        { items: [], next_cursor: null },
      ]),
    ),
  ),
  "GET /api/v1/contact-fields": { items: [], next_cursor: null },
  "GET /api/v1/conversations/k1/messages": { items: [], next_cursor: null },
  "GET /api/v1/channels/capabilities": { items: [{ kind: "whatsapp", name: "WhatsApp", reply_window_seconds: 86400 }] },
};

const show = (changes: Answers = {}) =>
  renderPart(<CustomerPane conversationId="k1" />, {
    answers: { ...answers, ...changes },
    at: "/inbox/all/k1?unread=1",
    path: "/inbox/:view/:conversationId",
    texts: ["customer"],
  });

test("facts come first, and say what is certain and what is only said", async () => {
  const { container } = await show();
  expect(await screen.findByRole("heading", { name: "Maria Souza" })).toBeVisible();
  expect(screen.getAllByText("+55 11 99999-0000")[0]?.parentElement?.parentElement).toHaveTextContent("confirmado");
  expect(screen.getByText("maria@exemplo.test").parentElement?.parentElement).toHaveTextContent(
    "informado pelo cliente",
  );
  expect(screen.getByText("VIP")).toBeVisible();
  expect(await screen.findByText("fechada")).toBeVisible();
  await screen.findByRole("link", { name: /#7/ });
  await expectAccessible(container);
});

test("other conversations open in place, and the list keeps its filters", async () => {
  await show();
  const timeline = await screen.findByRole("region", { name: "Outras conversas" });
  const link = await within(timeline).findByRole("link", { name: /#7.*Encerrada/ });
  expect(link).toHaveAttribute("href", "/inbox/all/k0?unread=1");
  expect(within(timeline).queryByText("#42")).toBeNull();
});

test("a customer that was merged is shown as the one into whom they were merged", async () => {
  await show({
    "GET /api/v1/contacts/c1": { ...contact, merged_into: "c2" },
    "GET /api/v1/contacts/c2": { ...contact, id: "c2", name: "Maria S. Lima" },
  });
  expect(await screen.findByRole("heading", { name: "Maria S. Lima" })).toBeVisible();
  expect(screen.getByText(/foi unido a este/)).toBeVisible();
});

test("blocked and stopped marketing are said", async () => {
  await show({ "GET /api/v1/contacts/c1": { ...contact, blocked: true, marketing: "stopped" } });
  expect(await screen.findByText(/Bloqueado/)).toBeVisible();
  expect(screen.getByText(/divulgação/)).toBeVisible();
});

test("the only conversation, without files", async () => {
  await show({ "GET /api/v1/contacts/c1/conversations": { items: [conversation], next_cursor: null } });
  expect(await screen.findByText("Esta é a única conversa com este cliente.")).toBeVisible();
  expect(await screen.findByText("Nenhum arquivo ainda.")).toBeVisible();
});

test("while it loads, its place is held", async () => {
  const { container } = await show({ "GET /api/v1/contacts/c1": SILENCE });
  await waitFor(() => expect(container.querySelector("[aria-busy=true]")).not.toBeNull());
});

test("an error says so and can be tried again", async () => {
  await show({ "GET /api/v1/contacts/c1": new Refusal(503, { code: "unavailable" }) });
  expect(await screen.findByText("Não foi possível carregar o cliente")).toBeVisible();
  expect(screen.getByRole("button", { name: "Tentar de novo" })).toBeVisible();
});

test("the gallery has what can be opened, the newest first", () => {
  const file = (id: string, state: string) => ({ id, state, name: `${id}.pdf`, mime_type: "application/pdf" });
  const message = (attachments: object[], more: object = {}) =>
    ({ kind: "document", occurred_at: "2026-11-22T12:00:00Z", attachments, ...more }) as unknown as Message;
  const found = filesOf([
    message([file("old", "ready")]),
    message([file("deleted", "ready")], { deleted_at: "2026-11-22T13:00:00Z" }),
    message([file("pending", "pending"), file("new", "ready")]),
  ]);
  expect(found.map((one) => one.file.id)).toEqual(["new", "old"]);
});

test("the gallery names what the virus scanner keeps back, without a way to open it", async () => {
  const file = (id: string, state: string) =>
    ({ id, state, name: `${id}.jpg`, mime_type: "image/jpeg", url: `/${id}` }) as Attachment;
  const message = { kind: "image", occurred_at: "2026-11-22T12:00:00Z", attachments: [file("bad", "infected")] };
  const [{ file: bad } = { file: file("none", "ready") }] = filesOf([message as unknown as Message]);
  expect(isVisual(bad)).toBe(false);
  await renderPart(
    <>
      <FileRow file={bad} at="2026-11-22T12:00:00Z" />
      <FileRow file={file("new", "scanning")} at="2026-11-22T12:00:00Z" />
    </>,
    { texts: ["customer"] },
  );
  expect(await screen.findByText("bloqueado: contém vírus")).toBeVisible();
  expect(screen.getByText("aguardando a verificação de vírus")).toBeVisible();
  expect(screen.queryByRole("link")).toBeNull();
});

test("a picture of the gallery is shown large by the thread, and in a tab of its own by ctrl", async () => {
  const picture = {
    id: "p1",
    state: "ready",
    name: "p.jpg",
    mime_type: "image/jpeg",
    url: "/p1",
    thumbnail_url: "/t1",
  };
  const sent = {
    id: "m1",
    conversation_id: "k1",
    direction: "inbound",
    kind: "image",
    author: { type: "contact", id: "c1", name: "Maria Souza" },
    occurred_at: "2026-11-22T12:00:00Z",
    sequence: 1,
    version: 1,
    attachments: [picture],
  };
  const large = vi.fn();
  const Thread = () => {
    usePicturesShown("k1", large);
    return null;
  };
  const pane = (
    <>
      <Thread />
      <CustomerPane conversationId="k1" />
    </>
  );
  const messages = { "GET /api/v1/conversations/k1/messages": { items: [sent], next_cursor: null } };
  const place = { at: "/inbox/all/k1", path: "/inbox/:view/:conversationId" };
  await renderPart(pane, { answers: { ...answers, ...messages }, ...place, texts: ["customer"] });
  const tile = await screen.findByRole("link", { name: /Abrir imagem/ });
  expect(fireEvent.click(tile)).toBe(false);
  expect(large).toHaveBeenCalledWith("m1");
  expect(fireEvent.click(tile, { ctrlKey: true })).toBe(true);
  expect(large).toHaveBeenCalledOnce();
});
