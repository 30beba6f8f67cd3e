import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { expectAccessible, renderPart, type Asked } from "@/shared/testing/part";

import { CAPABILITIES, NOTES } from "../model/fixtures.testing";
import { Composer } from "./Composer";

let count = 0;

/** The composer of a thread that everybody can read. */
async function show() {
  const id = `public-${(count += 1)}`;
  const conversation = {
    ...{ id, number: 42, status: "open", priority: "normal", favourite: false, draft: false, scheduled_count: 0 },
    ...{ mentioned: false, unread_count: 0, tag_ids: [], sequence: 1 },
    channel: { kind: "facebook", account_id: "f1", name: "Comentários" },
    contact: { id: "c1", name: "Paulo Reis", labels: [] },
    assignee: { id: "me", name: "Ana Admin" },
    opened_at: "2026-11-22T12:00:00Z",
    last_activity_at: "2026-11-22T12:00:00Z",
    reply_window_expires_at: null,
    thread: { kind: "post", public: true, private_channel: null },
  } as unknown as Conversation;
  const can = { ...CAPABILITIES, kind: "facebook", name: "Facebook", templates: false, reply_window_seconds: null };
  const part = await renderPart(<Composer conversationId={id} />, {
    answers: {
      [`GET /api/v1/conversations/${id}`]: conversation,
      [`GET /api/v1/conversations/${id}/messages`]: { items: [], next_cursor: null, has_newer: false },
      [`POST /api/v1/conversations/${id}/messages`]: ({ body }: Asked) => stored(id, body as Record<string, unknown>),
      "GET /api/v1/channels/capabilities": { items: [can], notes: NOTES },
    },
    texts: ["composer"],
  });
  await screen.findByText(/qualquer pessoa pode ler/);
  const sent = () =>
    part.asked
      .filter(({ method, path }) => method === "POST" && path.endsWith("/messages"))
      .map(({ body }) => body as { text: string; direction: string });
  return { ...part, sent };
}

function stored(id: string, body: Record<string, unknown>) {
  const now = new Date().toISOString();
  return {
    ...{ id: `m-${String(body["client_id"])}`, conversation_id: id, sequence: 5, version: 5, kind: "text" },
    ...{ content: {}, attachments: [], reactions: [], author: { type: "attendant", id: "me", name: "Ana Admin" } },
    ...{ occurred_at: now, created_at: now, status: "pending", reply_to: null },
    ...body,
  };
}

const field = () => screen.getByRole("textbox", { name: /Resposta pública|Nota interna/ });

async function write(text: string) {
  fireEvent.change(field(), { target: { value: text } });
  await waitFor(() =>
    expect(screen.getByRole("button", { name: /^(Publicar|Salvar nota)/ })).not.toHaveAttribute("aria-disabled"),
  );
  fireEvent.keyDown(field(), { key: "Enter" });
}

test("what holds nothing of anybody is published without a question", async () => {
  const { sent, container } = await show();
  await expectAccessible(container);
  await write("Custa R$ 180, à vista.");
  await waitFor(() => expect(sent().map(({ text }) => text)).toEqual(["Custa R$ 180, à vista."]));
  expect(screen.queryByRole("dialog")).toBeNull();
});

test.each([
  ["Ligue para 11 98888-7777", "um telefone"],
  ["Escreva para paulo@exemplo.com", "um e-mail"],
  ["O CPF é 529.982.247-25?", "um CPF"],
])("%s: what it holds is named, and nothing is published before it is confirmed", async (text, what) => {
  const { sent } = await show();
  await write(text);
  const dialog = await screen.findByRole("dialog", { name: "Publicar dados pessoais?" });
  expect(dialog).toHaveTextContent(`O texto parece conter: ${what}.`);
  await userEvent.click(within(dialog).getByRole("button", { name: "Voltar ao texto" }));
  expect(field()).toHaveValue(text);
  expect(sent()).toEqual([]);
  fireEvent.keyDown(field(), { key: "Enter" });
  await userEvent.click(await screen.findByRole("button", { name: "Publicar assim mesmo" }));
  await waitFor(() => expect(sent().map((one) => one.text)).toEqual([text]));
});

test("a note is for colleagues: it is not asked about", async () => {
  const { sent } = await show();
  await userEvent.click(screen.getByRole("radio", { name: "Nota" }));
  await write("Ele ligou do 11 98888-7777");
  await waitFor(() => expect(sent().map(({ direction }) => direction)).toEqual(["note"]));
});
