/** To whom a conversation can be transferred, with which note, what a refusal says, and that no key is lost. */
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { useKeyboard, useShortcut } from "@/shared/keyboard/useShortcut";
import { expectAccessible, me, Refusal, renderPart } from "@/shared/testing/part";

import { TransferDialog } from "./TransferDialog";

const BRUNA = { id: "b", name: "Bruna", active: true };
const CAIO = { id: "c", name: "Caio", active: true };
const DORA = { id: "d", name: "Dora", active: true };
const VENDAS = { id: "v", name: "Vendas", members: [{ attendant_id: "c" }] };
const SINCE = "2026-11-22T12:00:00Z";
const there = (id: string, changes: object = {}) => ({
  id,
  state: "online",
  since: SINCE,
  chosen: false,
  teams: [],
  room: true,
  full_channels: [],
  load: 2,
  limit: 5,
  ...changes,
});
const assigned = vi.fn();
const behind = vi.fn();

let count = 0;

function Header({ assignee, id }: { assignee: { id: string; name: string } | null; id: string }) {
  useKeyboard();
  const [opened, setOpened] = useState(false);
  useShortcut({ keys: "a", label: "Transferir", scope: "conversation", run: () => setOpened(true) });
  useShortcut({ keys: "e", label: "Encerrar", scope: "conversation", run: behind });
  return (
    <>
      <button>antes</button>
      <TransferDialog
        opened={opened}
        conversation={{ id, number: 7, assignee, channel: { kind: "whatsapp" } } as Conversation}
        close={() => setOpened(false)}
        assign={assigned}
      />
    </>
  );
}

interface Setting {
  assignee?: { id: string; name: string } | null;
  answer?: unknown;
  presence?: object[];
  permissions?: string[];
}

async function show({ assignee = null, answer = {}, presence = [], permissions = me.permissions }: Setting = {}) {
  count += 1;
  const id = `k${count}`;
  const part = await renderPart(<Header assignee={assignee} id={id} />, {
    answers: {
      "GET /api/v1/attendants": { items: [CAIO, BRUNA, DORA, { id: "me", name: "Ana Admin", active: true }] },
      "GET /api/v1/presence": { items: presence },
      "GET /api/v1/teams": { items: [VENDAS] },
      "GET /api/v1/channels/capabilities": { items: [{ kind: "whatsapp", name: "WhatsApp" }] },
      [`POST /api/v1/conversations/${id}/transfer`]: answer,
      [`GET /api/v1/conversations/${id}`]: { id, number: 7, assignee, contact: { id: "x" }, sequence: 1 },
    },
    permissions,
    texts: ["thread", "transfer", "presence"],
  });
  (await screen.findByRole("button", { name: "antes" })).focus();
  return { ...part, path: `/api/v1/conversations/${id}/transfer` };
}

const offered = () => screen.getAllByRole("option").map((option) => option.querySelector("[class*=name]")?.textContent);

async function choose(words: string) {
  await userEvent.keyboard("a");
  await waitFor(() => expect(screen.getAllByRole("option").length).toBeGreaterThan(4));
  await userEvent.keyboard(`${words}{Enter}`);
}

beforeEach(() => {
  assigned.mockClear();
  behind.mockClear();
});
afterEach(() => vi.unstubAllGlobals());

test("the keys after the one that opens it are typed into its field", async () => {
  await show();
  const hand = userEvent.setup({ delay: null });
  await hand.keyboard("ae");
  expect(screen.getByRole("combobox")).toHaveValue("e");
  expect(screen.getByRole("combobox")).toHaveFocus();
  expect(behind).not.toHaveBeenCalled();
  await expectAccessible(document.body);
  await hand.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.getByRole("button", { name: "antes" })).toHaveFocus();
});

test.each([
  [null, ["Ana Admin", "Bruna", "Caio", "Dora", "Vendas"]],
  [BRUNA, ["Ana Admin", "Caio", "Dora", "Vendas", "Devolver para a fila"]],
  [{ id: "me", name: "Ana Admin" }, ["Bruna", "Caio", "Dora", "Vendas", "Devolver para a fila"]],
])("what is with %j can be transferred to %j", async (assignee, names) => {
  await show({ assignee });
  await userEvent.keyboard("a");
  await waitFor(() => expect(offered()).toEqual(names));
});

test("who can take it stands before who cannot, with the reason", async () => {
  const presence = [
    there("b", { state: "away", reason: { id: "r", name: "Almoço" } }),
    there("c", { room: false, load: 5 }),
    there("d"),
  ];
  await show({ presence });
  await userEvent.keyboard("a");
  await waitFor(() => expect(offered()).toEqual(["Ana Admin", "Dora", "Caio", "Bruna", "Vendas"]));
  expect(screen.getByRole("option", { name: /Bruna/ })).toHaveTextContent("Ausente: Almoço");
  expect(screen.getByRole("option", { name: /Caio/ })).toHaveTextContent("Online, sem vaga5 de 5");
  expect(screen.getByRole("option", { name: /Vendas/ })).toHaveTextContent("Ninguém online");
});

test("who has as many as they may of this kind of channel stands behind who can take it, and it says so", async () => {
  const presence = [
    there("b", { full_channels: ["whatsapp"], teams: [VENDAS] }),
    there("c", { full_channels: ["facebook"], teams: [VENDAS] }),
    there("d", { state: "busy", full_channels: ["whatsapp"] }),
  ];
  await show({ presence });
  await userEvent.keyboard("a");
  await waitFor(() => expect(offered()).toEqual(["Ana Admin", "Caio", "Bruna", "Dora", "Vendas"]));
  expect(screen.getByRole("option", { name: /Bruna/ })).toHaveTextContent("Online, sem vaga para WhatsApp");
  expect(screen.getByRole("option", { name: /Dora/ })).toHaveTextContent("Ocupado, sem vaga para WhatsApp");
  expect(screen.getByRole("option", { name: /Caio/ })).not.toHaveTextContent("sem vaga");
  expect(screen.getByRole("option", { name: /Vendas/ })).toHaveTextContent("2 online, 1 com vaga");
  await userEvent.keyboard("bruna{Enter}");
  expect(await screen.findByText("Bruna não tem vaga para mais uma conversa de WhatsApp agora.")).toBeVisible();
});

test("it goes back to the queue by a few letters", async () => {
  await show({ assignee: BRUNA });
  await choose("devolver");
  expect(assigned).toHaveBeenCalledWith(null);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a colleague gets it with a note, by keys alone", async () => {
  const { asked, path } = await show({ assignee: BRUNA, presence: [there("c")] });
  await choose("caio");
  const note = await screen.findByRole("textbox", { name: "Nota para quem recebe" });
  await waitFor(() => expect(note).toHaveFocus());
  await expectAccessible(document.body);
  await userEvent.keyboard("Quer trocar o pedido{Enter}");
  await waitFor(() =>
    expect(asked.find((one) => one.path === path)?.body).toEqual({
      attendant_id: "c",
      note: "Quer trocar o pedido",
      anyway: false,
    }),
  );
});

test("a team gets it without a note", async () => {
  const { asked, path } = await show({ assignee: BRUNA });
  await choose("vendas");
  await screen.findByRole("textbox");
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(asked.find((one) => one.path === path)?.body).toEqual({ team_id: "v", anyway: false }));
});

test.each([
  ["attendant_full", "Caio não tem vaga para mais uma conversa. Escolha outra pessoa ou a equipe."],
  ["no_change", "A conversa já está com Caio: nada mudaria."],
])("a transfer that is refused (%s) is never shown as done, and keeps what was written", async (code, words) => {
  await show({ answer: new Refusal(422, { code, title: code }) });
  await choose("caio");
  await screen.findByRole("textbox");
  await userEvent.keyboard("Urgente{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent(words);
  expect(screen.getByRole("textbox")).toHaveValue("Urgente");
  expect(screen.queryByText(/transferida para/)).toBeNull();
  expect(screen.queryByRole("button", { name: "Transferir mesmo assim" })).toBeNull();
  await userEvent.keyboard("{Escape}");
  await choose("caio");
  expect(await screen.findByRole("textbox")).toHaveValue("Urgente");
});

test("who may change others' presence hands it over all the same", async () => {
  const { asked, path } = await show({
    answer: ({ body }: { body: { anyway?: boolean } }) =>
      body.anyway ? {} : new Refusal(422, { code: "attendant_unavailable", title: "away" }),
    permissions: [...me.permissions, "presence:manage"],
  });
  await choose("caio");
  await screen.findByRole("textbox");
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByRole("button", { name: "Transferir mesmo assim" }));
  await waitFor(() =>
    expect(asked.filter((one) => one.path === path).at(-1)?.body).toEqual({ attendant_id: "c", anyway: true }),
  );
});
