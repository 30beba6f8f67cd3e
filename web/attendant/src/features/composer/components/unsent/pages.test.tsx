import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import type { Conversation, ScheduledMessage } from "@/shared/api/types";
import { expectAccessible, Refusal, renderPart } from "@/shared/testing/part";

import { DraftsPage } from "./DraftsPage";
import { ScheduledPage } from "./ScheduledPage";

const LIST = "GET /api/v1/scheduled-messages";
const TEXTS = ["unsent", "composer", "inbox"];

const MARIA: Conversation = {
  id: "c1",
  number: 42,
  status: "open",
  channel: { kind: "whatsapp", account_id: "a1", name: "Recepção" },
  contact: { id: "m1", name: "Maria Souza", labels: [] },
  priority: "normal",
  favourite: false,
  draft: false,
  scheduled_count: 0,
  mentioned: false,
  unread_count: 0,
  tag_ids: [],
  opened_at: "2026-11-22T12:00:00Z",
  last_activity_at: "2026-11-22T12:00:00Z",
  placement: 0,
  sequence: 1,
};

const scheduled = (changes: Partial<ScheduledMessage>): ScheduledMessage => ({
  id: "s1",
  conversation_id: "c1",
  author: { id: "me", name: "Ana" },
  scheduled_for: "2099-11-22T12:00:00.000Z",
  cancel_on_reply: false,
  state: "waiting",
  reason: null,
  direction: "outbound",
  kind: "text",
  text: "Bom dia",
  attachments: [],
  template: null,
  reply_to: null,
  message_id: null,
  created_at: "2026-11-22T12:00:00.000Z",
  version: 3,
  ...changes,
});

test("what could not be sent stands first, with the reason", async () => {
  const failed = scheduled({ id: "s2", text: "Não foi", state: "failed", reason: "conversation_closed" });
  const { container } = await renderPart(<ScheduledPage back={false} />, {
    texts: TEXTS,
    answers: {
      [LIST]: { items: [scheduled({}), failed], next_cursor: null },
      "GET /api/v1/conversations/c1": MARIA,
    },
  });
  const list = await screen.findByRole("region", { name: "Não enviadas" });
  expect(within(list).getByText(/^Não foi enviada: /)).toBeVisible();
  const texts = screen.getAllByRole("listitem").map((row) => row.textContent);
  expect(texts).toHaveLength(2);
  expect(texts[0]).toContain("Não foi");
  await expectAccessible(container);
});

test("said now, it is moved to this moment over the version that is shown", async () => {
  const { asked } = await renderPart(<ScheduledPage back={false} />, {
    texts: TEXTS,
    answers: {
      [LIST]: { items: [scheduled({})], next_cursor: null },
      "GET /api/v1/conversations/c1": MARIA,
      "PATCH /api/v1/scheduled-messages/s1": scheduled({}),
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Enviar agora" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  const body = asked.find(({ method }) => method === "PATCH")?.body as { scheduled_for: string };
  expect(Math.abs(Date.parse(body.scheduled_for) - Date.now())).toBeLessThan(60_000);
});

test("nothing scheduled says how it is done; a failure offers to ask again", async () => {
  const empty = await renderPart(<ScheduledPage back={false} />, {
    texts: TEXTS,
    answers: { [LIST]: { items: [], next_cursor: null } },
  });
  expect(await screen.findByText("Nenhuma mensagem agendada")).toBeVisible();
  empty.unmount();
  await renderPart(<ScheduledPage back={false} />, {
    texts: TEXTS,
    answers: { [LIST]: new Refusal(500, { code: "internal" }) },
  });
  expect(await screen.findByRole("alert")).toBeVisible();
});

test("without drafts the page says what will stand there", async () => {
  const { container } = await renderPart(<DraftsPage back />, { texts: TEXTS });
  expect(await screen.findByText("Nenhum rascunho")).toBeVisible();
  expect(screen.getByRole("button", { name: "Voltar às conversas" })).toBeVisible();
  await expectAccessible(container);
});
