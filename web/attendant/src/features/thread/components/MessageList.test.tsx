import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { MOST_AT_END, type Thread } from "@/shared/conversations/thread";
import { renderPart } from "@/shared/testing/part";

import { message } from "../testing";
import { MessageList } from "./MessageList";

const conversation = {
  id: "k",
  number: 7,
  status: "open",
  channel: { kind: "whatsapp", account_id: "a", name: "Loja" },
  contact: { id: "c", name: "Maria", labels: [] },
  assignee: null,
  unread_count: 0,
  sequence: 1,
} as unknown as Conversation;

async function show(count: number, hasNewer = false) {
  const moves = {
    loadOlder: vi.fn(() => Promise.resolve()),
    loadNewer: vi.fn(() => Promise.resolve()),
    jumpTo: vi.fn(() => Promise.resolve()),
    jumpToNewest: vi.fn(() => Promise.resolve()),
    forgetOld: vi.fn(),
  };
  const messages = Array.from({ length: count }, (_, at) => message({ text: `mensagem ${at}` }));
  const thread: Thread = { messages, hasOlder: true, hasNewer };
  await renderPart(<MessageList ref={null} conversation={conversation} thread={thread} moves={moves} />, {
    answers: {},
    texts: ["thread", "composer"],
  });
  await screen.findByText(`mensagem ${count - 1}`);
  return moves;
}

test("who stands at the end of a long thread does not carry its beginning along", async () => {
  const { forgetOld } = await show(MOST_AT_END + 1);
  await vi.waitFor(() => {
    expect(forgetOld).toHaveBeenCalled();
  });
});

test("a thread that is short enough stays whole", async () => {
  expect((await show(MOST_AT_END)).forgetOld).not.toHaveBeenCalled();
});
