/** How available I am, why, and how that is changed: in the menu, by key and in the palette. */
import { Menu } from "@mantine/core";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { commands } from "@/shared/keyboard/registry";
import { useKeyboard } from "@/shared/keyboard/useShortcut";
import type { Availability } from "@/shared/routing/types";
import { expectAccessible, Refusal, renderPart } from "@/shared/testing/part";

import { PresenceCommands } from "./PresenceCommands";
import { PresenceItems } from "./PresenceItems";

const own = (changes: Partial<Availability> = {}): Availability => ({
  id: "me",
  name: "Ana Admin",
  state: "online",
  since: "2026-11-22T12:00:00Z",
  chosen: false,
  teams: [],
  room: true,
  full_channels: [],
  load: 2,
  limit: 5,
  ...changes,
});

function Switch() {
  useKeyboard();
  return (
    <>
      <Menu defaultOpened closeOnItemClick={false}>
        <Menu.Target>
          <button>conta</button>
        </Menu.Target>
        <Menu.Dropdown>
          <PresenceItems />
        </Menu.Dropdown>
      </Menu>
      <PresenceCommands />
    </>
  );
}

function show(
  now: Partial<Availability> = {},
  put: unknown = ({ body }: { body: object }) => own({ chosen: true, ...body }),
) {
  return renderPart(<Switch />, {
    answers: {
      "GET /api/v1/presence": { items: [own(now), own({ id: "b", name: "Bruna" })] },
      "GET /api/v1/away-reasons": { items: [{ id: "lunch", name: "Almoço", names: {} }] },
      "PUT /api/v1/presence": put,
    },
    texts: ["presence"],
  });
}

afterEach(() => vi.unstubAllGlobals());

test.each([
  [{}, "Online", "Recebe conversas"],
  [{ state: "online", room: false, load: 5 }, "Online", "Sem vaga para mais uma conversa: 5 de 5"],
  [{ state: "busy", chosen: true }, "Ocupado", "Escolhido à mão, desde"],
  [{ state: "away", chosen: true, reason: { id: "lunch", name: "Almoço" } }, "Ausente: Almoço", "Escolhido à mão"],
  [{ state: "away" }, "Ausente", "Nenhum aparelho foi usado"],
  [
    { state: "away", reason: { id: "lunch", name: "Almoço" }, until: "2026-11-22T16:00:00Z" },
    "Almoço até",
    "Pausa programada",
  ],
  [{ state: "offline" }, "Offline", "Nenhum aparelho conectado"],
] as [Partial<Availability>, string, string][])("%j is shown as %s, and why", async (now, what, why) => {
  await show(now);
  const status = (await screen.findByText("Disponibilidade")).nextElementSibling;
  expect(status).toHaveTextContent(what);
  expect(status).toHaveTextContent(why);
});

test("one is away for one of the company's reasons", async () => {
  const { asked } = await show();
  const lunch = await screen.findByRole("menuitemradio", { name: "Almoço" });
  await expectAccessible(document.body);
  await userEvent.click(lunch);
  await waitFor(() =>
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ state: "away", reason_id: "lunch" }),
  );
});

test("one key leaves the desk, and the same one comes back to it", async () => {
  const { asked } = await show();
  await screen.findByText("Disponibilidade");
  await userEvent.keyboard("{Escape}");
  const labels = () => commands.list().map(({ label }) => label);
  await waitFor(() => expect(labels()).toEqual(expect.arrayContaining(["Ficar ausente", "Ficar ausente: Almoço"])));
  await userEvent.keyboard("{Shift>}o{/Shift}");
  await waitFor(() => expect(labels()).toContain("Ficar online"));
  await userEvent.keyboard("{Shift>}o{/Shift}");
  await waitFor(() =>
    expect(asked.filter(({ method }) => method === "PUT").map(({ body }) => (body as Availability).state)).toEqual([
      "away",
      "online",
    ]),
  );
});

test("a choice that is refused is not shown as made", async () => {
  const { asked } = await show({}, new Refusal(422, { code: "invalid", title: "no" }));
  await userEvent.click(await screen.findByRole("menuitemradio", { name: "Ocupado" }));
  await waitFor(() => expect(asked.map(({ method }) => method)).toContain("PUT"));
  await userEvent.click(screen.getByRole("button", { name: "conta" }));
  expect(await screen.findByRole("menuitemradio", { name: "Online" })).toBeChecked();
  expect(screen.getByRole("menuitemradio", { name: "Ocupado" })).not.toBeChecked();
});

test("nothing is offered where nobody knows how available one is", async () => {
  const { asked } = await renderPart(<Switch />, { answers: {}, texts: ["presence"] });
  await waitFor(() => expect(asked.map(({ path }) => path)).toContain("/api/v1/presence"));
  expect(screen.queryByRole("menuitemradio")).toBeNull();
});
