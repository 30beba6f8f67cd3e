/** What a handing over that nobody has accepted is to who gets it, who gave it, and who only sees it. */
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { keys } from "@/shared/api/keys";
import type { Conversation, Transfer } from "@/shared/api/types";
import { expectAccessible, renderPart } from "@/shared/testing/part";

import { message } from "../../testing";
import { TransferBanner } from "./TransferBanner";

const ME = { id: "me", name: "Ana Admin" };
const BRUNA = { id: "b", name: "Bruna" };
const CAIO = { id: "c", name: "Caio" };

async function show(transfer: Partial<Transfer>, status: Conversation["status"] = "open") {
  const conversation = {
    id: "k",
    number: 7,
    status,
    transfer: { by: BRUNA, from_attendant: BRUNA, to_attendant: CAIO, at: "2026-11-22T12:00:00Z", ...transfer },
  } as Conversation;
  const part = await renderPart(<TransferBanner conversation={conversation} />, {
    answers: {
      "POST /api/v1/conversations/k/accept": { ...conversation, transfer: null },
      "DELETE /api/v1/conversations/k/transfer": { ...conversation, transfer: null },
    },
    texts: ["transfer", "thread"],
  });
  part.client.setQueryData(keys.thread("k"), { messages: [message({ id: "n1", text: "Quer trocar o pedido" })] });
  return part;
}

afterEach(() => vi.unstubAllGlobals());

test("who gets it reads from whom and with which note, and accepts it", async () => {
  const { asked } = await show({ to_attendant: ME, note_id: "n1" });
  expect(await screen.findByRole("status")).toHaveTextContent("Bruna transferiu esta conversa para você.");
  expect(await screen.findByText("“Quer trocar o pedido”")).toBeVisible();
  await expectAccessible(document.body);
  await userEvent.click(screen.getByRole("button", { name: "Aceitar" }));
  await waitFor(() => expect(asked.map(({ path }) => path)).toContain("/api/v1/conversations/k/accept"));
});

test("who gave it waits, and takes it back", async () => {
  const { asked } = await show({ by: ME, from_attendant: ME });
  expect(await screen.findByRole("status")).toHaveTextContent("Aguardando Caio aceitar.");
  expect(screen.queryByRole("button", { name: "Aceitar" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Desfazer" }));
  await waitFor(() => expect(asked.map(({ method }) => method)).toContain("DELETE"));
});

test("others see it and can do nothing about it", async () => {
  await show({});
  expect(await screen.findByRole("status")).toHaveTextContent("Bruna transferiu esta conversa para Caio.");
  expect(screen.queryByRole("button")).toBeNull();
});

test.each([
  ["nothing is pending", { transfer: null }],
  ["it is closed", { status: "closed" as const, transfer: { by: BRUNA, at: "2026-11-22T12:00:00Z" } }],
])("nothing is shown where %s", async (_, changes) => {
  const conversation = { id: "k", status: "open", ...changes } as Conversation;
  await renderPart(<TransferBanner conversation={conversation} />, { texts: ["transfer"] });
  expect(screen.queryByRole("status")).toBeNull();
});
