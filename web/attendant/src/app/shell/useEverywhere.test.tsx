/** The palette finds customers, and opens what they wrote last. */
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { useEverywhere } from "@/app/shell/useEverywhere";
import { CommandPalette } from "@/features/palette";
import { useKeyboard } from "@/shared/keyboard/useShortcut";
import { renderPart, type Answers } from "@/shared/testing/part";

const CONTACT = { id: "x", name: "Maria \u202eSouza", phone: "+5511999990000", labels: [] };

function Everywhere() {
  useKeyboard();
  return <CommandPalette useSources={useEverywhere} />;
}

async function search(conversations: object[], permissions?: string[], found: object[] = []) {
  const answers: Answers = {
    "GET /api/v1/contacts": { items: [CONTACT] },
    "GET /api/v1/conversations": ({ path }: { path: string }) => ({
      items: path.includes("contact_id=x") ? conversations : found,
    }),
  };
  const part = await renderPart(<Everywhere />, {
    answers,
    texts: ["settings"],
    path: "/inbox/mine",
    at: "/inbox/mine",
    ...(permissions && { permissions }),
  });
  await userEvent.keyboard("{Control>}k{/Control}");
  await userEvent.type(await screen.findByRole("combobox"), "mari");
  return part;
}

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["open", "/inbox/all/c9"],
  ["closed", "/inbox/closed/c9"],
])("a customer whose latest conversation is %s leads to %s", async (status, address) => {
  const { router } = await search([{ id: "c9", status }]);
  const found = await screen.findByRole("option", { name: /Maria Souza/ });
  expect(found).toHaveTextContent("+55 11 99999-0000");
  await userEvent.click(found);
  await vi.waitFor(() => expect(router.state.location.pathname).toBe(address));
});

test.each([
  [{ status: "closed", assignee: { id: "b", name: "Bruna" } }, "#7 · Loja · encerrada · Bruna"],
  [{ status: "closed", assignee: null }, "#7 · Loja · encerrada"],
  [{ status: "open", assignee: { id: "me", name: "Ana Admin" } }, "#7 · Loja · com você"],
  [{ status: "queued", assignee: null }, "#7 · Loja · sem atendente"],
])("a conversation that is %j says so", async (standing, detail) => {
  const channel = { kind: "whatsapp", account_id: "a", name: "Loja" };
  await search([], undefined, [
    { id: "c7", number: 7, contact: { id: "y", name: "Mariana", labels: [] }, channel, ...standing },
  ]);
  expect(await screen.findByRole("option", { name: /Mariana/ })).toHaveTextContent(detail);
});

test("who may not read customers is not offered any", async () => {
  const { asked } = await search([], ["conversations:read"]);
  await vi.waitFor(() => expect(asked.some(({ path }) => path.includes("q=mari"))).toBe(true));
  expect(asked.every(({ path }) => !path.startsWith("/api/v1/contacts"))).toBe(true);
});
