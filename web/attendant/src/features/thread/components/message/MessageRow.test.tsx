import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import i18next from "i18next";

import type { Message } from "@/shared/api/types";
import type { OutgoingItem } from "@/shared/conversations/outgoing";
import { startTexts } from "@/shared/i18n";

import { Editing } from "../../hooks/editing";
import { Selection } from "../../hooks/selection";
import { ThreadContext, type ThreadActions } from "../../hooks/threadContext";
import { shownOf } from "../../model/shown";
import { message } from "../../testing";
import { MessageRow } from "./MessageRow";

const send = { send: vi.fn(), retry: vi.fn(), takeBack: vi.fn() };
const drafts = { get: () => ({ text: "já digitado", replyTo: null, files: [] }), set: vi.fn() };
vi.mock("@/shared/conversations/useSend", () => ({ useSend: () => send }));
vi.mock("@/shared/realtime/RealtimeProvider", () => ({ useLiveSession: () => ({ drafts }) }));

const ME = { id: "me", name: "Bruna" };

const editing = new Editing();

const actions = {
  contactId: "customer",
  isPublic: false,
  editing,
  startEdit: (one) => editing.start(one.id),
  saveEdit: vi.fn(() => Promise.resolve(true)),
  fitsText: () => true,
  backToComposer: vi.fn(),
  hide: vi.fn(),
  ask: vi.fn(),
  deedsOf: () => ({}),
  reactionEmoji: null,
  partsOf: () => 0,
  me: ME.id,
  customer: "Maria",
  closed: false,
  reply: vi.fn(),
  react: vi.fn(),
  copy: vi.fn(),
  forward: vi.fn(),
  edit: vi.fn(),
  chooseTemplate: vi.fn(),
  retry: vi.fn(() => Promise.resolve()),
  jumpTo: vi.fn(),
  openMenu: vi.fn(),
  tag: vi.fn(),
  selection: new Selection(),
  cannotTag: () => null,
  cannotReply: () => null,
  cannotReact: () => null,
} satisfies ThreadActions;

beforeAll(async () => {
  await startTexts("pt-BR");
  await i18next.loadNamespaces(["thread", "marks"]);
});

beforeEach(() => {
  vi.clearAllMocks();
});

function show(shown: Message | OutgoingItem, quoted?: Message, changes: Partial<ThreadActions> = {}) {
  const rows =
    "clientId" in shown ? shownOf([], [shown], ME) : shownOf(quoted === undefined ? [shown] : [quoted, shown], [], ME);
  const row = rows.at(-1);
  if (row === undefined) throw new Error("no row");
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <ThreadContext value={{ ...actions, ...changes }}>
          <MessageRow row={row} first last author="Maria" />
        </ThreadContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return screen.getByRole("article");
}

const own = (changes: Parameters<typeof message>[0] = {}) =>
  message({
    direction: "outbound",
    author: { type: "attendant", id: "me", name: "Bruna" },
    status: "sent",
    ...changes,
  });

const outgoing = (changes: Partial<OutgoingItem>): OutgoingItem => ({
  clientId: crypto.randomUUID(),
  conversationId: "k",
  body: { text: "Bom dia" },
  attachments: [],
  at: Date.parse("2026-11-22T15:00:00.000Z"),
  state: "sending",
  problem: null,
  ...changes,
});

describe("how far a message has come", () => {
  test.each([
    ["pending", "Enviando"],
    ["sent", "Enviada"],
    ["delivered", "Entregue"],
    ["read", "Lida"],
  ] as const)("%s is said in words", (status, words) => {
    expect(within(show(own({ status }))).getByRole("img", { name: words })).toBeInTheDocument();
  });

  test("the customer's messages have no ticks", () => {
    expect(within(show(message({}))).queryByRole("img")).toBeNull();
  });
});

test("a reaction can be chosen though the pointer leaves the message on its way to it", async () => {
  const asked = message({});
  const row = show(asked);
  await userEvent.hover(row);
  await userEvent.click(await within(row).findByRole("button", { name: "Reagir" }));
  const heart = await screen.findByText("❤️");
  await userEvent.unhover(row);
  fireEvent.focusOut(row, { relatedTarget: document.body });
  fireEvent.click(heart);
  expect(actions.react).toHaveBeenCalledExactlyOnceWith(asked, "❤️");
});

describe("a failed message", () => {
  const error = {
    code: "send_uncertain",
    message: "not confirmed",
    texts: { "pt-BR": "O canal não confirmou o envio." },
    provider_code: "131026",
    retryable: true,
  };

  test("says why in the interface's language, with the provider's code, and can be tried again", async () => {
    const failed = own({ status: "failed", error });
    const row = within(show(failed));
    expect(row.getByText("O canal não confirmou o envio.")).toBeInTheDocument();
    expect(row.getByText(/131026/)).toBeInTheDocument();
    await userEvent.click(row.getByRole("button", { name: "Tentar de novo" }));
    expect(actions.retry).toHaveBeenCalledExactlyOnceWith(failed);
  });

  test("is not offered again where that cannot help", () => {
    const row = within(show(own({ status: "failed", error: { ...error, retryable: false } })));
    expect(row.queryByRole("button", { name: "Tentar de novo" })).toBeNull();
  });
});

describe("what a failed message can become", () => {
  const error = { code: "unknown_failure", message: "no", texts: {}, provider_code: "1", retryable: false };

  test("its text goes back into the field", async () => {
    const failed = own({ status: "failed", error });
    await userEvent.click(within(show(failed)).getByRole("button", { name: "Editar" }));
    expect(actions.edit).toHaveBeenCalledExactlyOnceWith(failed);
  });

  test("a file has no text to edit", () => {
    const row = within(show(own({ kind: "document", text: null, status: "failed", error })));
    expect(row.queryByRole("button", { name: "Editar" })).toBeNull();
  });

  test("in a closed conversation nothing leads to a field that is not there", () => {
    const failed = own({ status: "failed", error: { ...error, code: "window_closed" } });
    const row = within(show(failed, undefined, { closed: true }));
    expect(row.queryByRole("button", { name: "Editar" })).toBeNull();
    expect(row.queryByRole("button", { name: "Escolher modelo" })).toBeNull();
  });

  test("outside the window the templates are one click away", async () => {
    const row = within(show(own({ status: "failed", error: { ...error, code: "window_closed" } })));
    await userEvent.click(row.getByRole("button", { name: "Escolher modelo" }));
    expect(actions.chooseTemplate).toHaveBeenCalledOnce();
  });
});

describe("on its way", () => {
  test("sending: a clock and no more", () => {
    const row = within(show(outgoing({})));
    expect(row.getByRole("img", { name: "Enviando" })).toBeInTheDocument();
    expect(row.queryByRole("status")).toBeNull();
  });

  test("waiting: says that it waits for a connection", () => {
    expect(within(show(outgoing({ state: "waiting" }))).getByText(/Aguardando conexão/)).toBeInTheDocument();
  });

  test("unsure: says so, and can be repeated at once but not dropped", async () => {
    const item = outgoing({ state: "unsure" });
    const row = within(show(item));
    expect(row.getByText(/Não temos certeza de que foi enviada/)).toBeInTheDocument();
    expect(row.queryByRole("button", { name: "Descartar" })).toBeNull();
    await userEvent.click(row.getByRole("button", { name: "Tentar de novo" }));
    expect(send.retry).toHaveBeenCalledExactlyOnceWith(item.clientId);
  });

  test("refused: says why, and goes back into the composer below what was typed", async () => {
    const problem = { status: 422, code: "window_closed", detail: "closed", errors: [] };
    const item = outgoing({ state: "refused", problem });
    send.takeBack.mockResolvedValue(item);
    const row = within(show(item));
    expect(row.getByText(/o prazo de resposta terminou/)).toBeInTheDocument();
    await userEvent.click(row.getByRole("button", { name: "Editar" }));
    expect(drafts.set).toHaveBeenCalledWith("k", "reply", expect.objectContaining({ text: "já digitado\nBom dia" }));
  });
});

describe("what a message is", () => {
  test("deleted: nothing of it is left", () => {
    const row = show(message({ deleted_at: "2026-11-22T15:00:00.000Z", text: null }));
    expect(row).toHaveTextContent("Apagada pelo cliente");
  });

  test("edited and forwarded are marked", () => {
    const row = show(message({ edited_at: "2026-11-22T15:01:00.000Z", forwarded: "often" }));
    expect(row).toHaveTextContent("editada");
    expect(row).toHaveTextContent("Encaminhada muitas vezes");
  });

  test("a quote leads to its message; one that is not there is said", async () => {
    const quoted = message({ text: "Qual o horário?" });
    const row = within(show(own({ reply_to: quoted.id }), quoted));
    await userEvent.click(row.getByRole("button", { name: /Qual o horário/ }));
    expect(actions.jumpTo).toHaveBeenCalledExactlyOnceWith(quoted.id);
  });

  test("a quoted message that is not available", () => {
    expect(show(own({ reply_to_unavailable: true }))).toHaveTextContent("A mensagem citada não está disponível");
  });

  test("our reaction is pressed in, and a click takes it away", async () => {
    const reactions = [
      { emoji: "👍", author: { type: "attendant" as const, id: "me", name: "Bruna" } },
      { emoji: "❤️", author: { type: "contact" as const, id: "customer", name: null } },
    ];
    const reacted = message({ reactions });
    const row = within(show(reacted));
    expect(row.getByRole("button", { name: "❤️ de Maria" })).toHaveAttribute("aria-pressed", "false");
    const ours = row.getByRole("button", { name: "👍 de Bruna" });
    expect(ours).toHaveAttribute("aria-pressed", "true");
    await userEvent.click(ours);
    expect(actions.react).toHaveBeenCalledExactlyOnceWith(reacted, "👍");
  });

  test("r on a focused message answers it", async () => {
    const row = show(message({}));
    row.focus();
    await userEvent.keyboard("r");
    expect(actions.reply).toHaveBeenCalledOnce();
  });
});

describe("what a message is about", () => {
  test("an expired story is said, and its link does not lead nowhere", () => {
    const row = show(
      message({
        text: "Quanto custa?",
        content: { shared: { type: "story_reply", id: "s", url: "https://cdn.test/s" } },
      }),
    );
    expect(row).toHaveTextContent("Respondeu ao seu story");
    expect(row).toHaveTextContent("O story não está mais disponível");
    expect(row).toHaveTextContent("Quanto custa?");
    expect(within(row).queryByRole("link", { name: "Abrir" })).toBeNull();
  });

  test("a failed message says how many of its parts have arrived", () => {
    const row = show(own({ status: "failed", parts_sent: 2 }), undefined, { partsOf: () => 3 });
    expect(row).toHaveTextContent("2 de 3 partes já chegaram ao cliente");
  });
});
