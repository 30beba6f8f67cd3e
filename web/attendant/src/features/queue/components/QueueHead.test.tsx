/** What stands over the queue and in its rows: how many wait, where, why, and the next one. */
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import type { Queue, QueueEntry, QueueReason } from "@/shared/routing/types";
import { expectAccessible, Refusal, renderPart } from "@/shared/testing/part";

import { QueueHead } from "./QueueHead";
import { QueueLine } from "./QueueLine";

const SUPPORT = { id: "s", name: "Suporte" };
const SALES = { id: "v", name: "Vendas" };
const onTeam = vi.fn();
const CHANNELS = { "GET /api/v1/channels/capabilities": { items: [{ kind: "whatsapp", name: "WhatsApp" }] } };

const entry = (reasons: object[], changes: object = {}) =>
  ({
    conversation_id: "k1",
    team: SUPPORT,
    position: 2,
    since: "2026-11-22T12:00:00Z",
    priority: "normal",
    estimate_seconds: null,
    reasons,
    ...changes,
  }) as QueueEntry;

const queue = (changes: Partial<Queue> = {}): Queue => ({
  items: [entry([{ code: "nobody_online" }])],
  teams: [
    {
      team: SUPPORT,
      waiting: 2,
      longest_since: "2026-11-22T12:00:00Z",
      online: 0,
      away: 1,
      busy: 0,
      room: 0,
      full_channels: [],
    },
    {
      team: SALES,
      waiting: 1,
      longest_since: "2026-11-22T12:30:00Z",
      online: 3,
      away: 0,
      busy: 0,
      room: 4,
      full_channels: [],
    },
  ],
  ...changes,
});

function show(found: Queue, next: unknown = { conversation_id: "k9" }, teamId?: string) {
  return renderPart(
    <>
      <QueueHead teamId={teamId} onTeam={onTeam} />
      <QueueLine conversationId="k1" />
    </>,
    {
      answers: { "GET /api/v1/queue": found, "POST /api/v1/queue/next": next, ...CHANNELS },
      at: "/inbox/queue",
      path: "/inbox/queue",
      texts: ["queue"],
    },
  );
}

afterEach(() => vi.unstubAllGlobals());

test("it says how many wait in which team, and who is there for them", async () => {
  await show(queue());
  expect(await screen.findByRole("status")).toHaveTextContent("3 na fila");
  expect(screen.getByRole("button", { name: /Suporte/ })).toHaveTextContent("ninguém online");
  const sales = screen.getByRole("button", { name: /Vendas/ });
  expect(sales).toHaveTextContent("3 online, 4 vagas");
  await expectAccessible(document.body);
  await userEvent.click(sales);
  expect(onTeam).toHaveBeenCalledWith("v");
});

test("of which kinds of channel nobody can have another one is said by name, in spite of the room", async () => {
  const found = queue({ teams: queue().teams.map((one) => ({ ...one, full_channels: ["whatsapp" as const] })) });
  await show(found);
  const sales = await screen.findByRole("button", { name: /Vendas/ });
  await waitFor(() => expect(sales).toHaveTextContent("sem vaga para WhatsApp"));
  expect(sales).toHaveAttribute("title", "Vendas: 3 online, 4 vagas, sem vaga para WhatsApp");
});

test("the next one is taken and opened, of the team that is shown", async () => {
  const { asked, router } = await show(queue(), { conversation_id: "k9" }, "v");
  expect(await screen.findByRole("status")).toHaveTextContent("1 na fila");
  await userEvent.click(screen.getByRole("button", { name: "Próxima" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/inbox/mine/k9"));
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({ team_id: "v" });
});

test.each(["queue_empty", "no_room", "not_available"])("who gets none (%s) stays where they are", async (code) => {
  const { router } = await show(queue(), new Refusal(409, { code, title: code }));
  await userEvent.click(await screen.findByRole("button", { name: "Próxima" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Próxima" })).not.toHaveAttribute("data-loading"));
  expect(router.state.location.pathname).toBe("/inbox/queue");
});

test("where there is no team and nobody waits, nothing stands over the list", async () => {
  const { asked } = await show({ items: [], teams: [] });
  await waitFor(() => expect(asked.map(({ path }) => path)).toContain("/api/v1/queue"));
  expect(screen.queryByRole("region", { name: "Fila" })).toBeNull();
});

test.each([
  [{ code: "nobody_online" }, "ninguém online"],
  [{ code: "all_full" }, "todos sem vaga"],
  [{ code: "team_full" }, "equipe no limite"],
  [{ code: "manual" }, "espera alguém assumir"],
  [
    { code: "waits_for_known_attendant", attendant: { id: "b", name: "Bruna" }, until: "2026-11-22T16:00:00Z" },
    "espera Bruna até",
  ],
  [{ code: "excluded" }, "quem está livre já esteve com ela ·"],
  [{ code: "excluded", until: "2026-11-22T16:00:00Z" }, "quem está livre já esteve com ela, e a recebe"],
  [{ code: "outside_hours", until: "2026-11-23T12:00:00Z" }, "fora do horário, abre"],
  [{ code: "rules" }, "regras sendo aplicadas"],
] as [QueueReason, string][])("a row says why it waits: %j", async (reason, words) => {
  await show(queue({ items: [entry([reason])] }));
  expect(await screen.findByText(/2º da fila/)).toHaveTextContent(words);
});

test("an estimate that is not known is left out, a reason of a later version, and how many the place says come first", async () => {
  await show(queue({ items: [entry([{ code: "of_tomorrow" }, { code: "behind", count: 1 }])] }));
  expect(await screen.findByText("2º da fila · Suporte")).toBeVisible();
});

test("a known estimate stands at the end", async () => {
  await show(queue({ items: [entry([], { estimate_seconds: 240 })] }));
  expect(await screen.findByText("2º da fila · cerca de 4 min · Suporte")).toBeVisible();
});
