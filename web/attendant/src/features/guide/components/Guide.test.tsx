import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import { expectAccessible, renderPart, type Answers } from "@/shared/testing/part";

import { Guide } from "./Guide";

const answers: Answers = {
  "GET /api/v1/client": { build: null, sandbox_url: "http://phone.test", sample_login: null, languages: [] },
  "GET /api/v1/conversations": { items: [], next_cursor: null },
  "GET /api/v1/attendants": { items: [{ id: "me", active: true }], next_cursor: null },
  "GET /api/v1/channels": { items: [], next_cursor: null },
};
const old = {
  id: "k",
  number: 1,
  status: "queued",
  channel: { kind: "whatsapp", account_id: "a", name: "Recepção" },
  contact: { id: "c", name: "Maria", labels: [] },
  assignee: null,
  priority: "normal",
  favourite: false,
  draft: false,
  scheduled_count: 0,
  mentioned: false,
  unread_count: 0,
  last_message: null,
  opened_at: "2020-01-01T00:00:00Z",
  last_activity_at: "2020-01-01T00:00:00Z",
  sequence: 1,
};

const show = (changes: Answers = {}, permissions?: string[], at = "/") =>
  renderPart(<Guide />, {
    at,
    path: "*",
    answers: { ...answers, ...changes },
    texts: ["guide", "sandbox"],
    ...(permissions && { permissions }),
  });

beforeEach(() => localStorage.clear());

test("where nobody has written yet it opens by itself, at the first step", async () => {
  const { container } = await show();
  const guide = await screen.findByRole("region", { name: "Primeiros passos" });
  await screen.findByText("Abra o celular do cliente");
  expect(guide.querySelector("[aria-current=step]")).toHaveTextContent("Abra o celular do cliente");
  await expectAccessible(container);
});

test("where work goes on already it waits in the rail", async () => {
  await show({ "GET /api/v1/conversations": { items: [old], next_cursor: null } });
  const button = await screen.findByRole("button", { name: /Primeiros passos/ });
  await waitFor(() => expect(localStorage.getItem("atd-guide-me")).toContain('"folded":true'));
  expect(screen.queryByRole("region")).toBeNull();
  await userEvent.click(button);
  expect(await screen.findByRole("region", { name: "Primeiros passos" })).toBeVisible();
});

test("beside an editor it waits in the rail until it is asked for", async () => {
  await show({}, undefined, "/settings/hours/new");
  const button = await screen.findByRole("button", { name: /Primeiros passos/ });
  await waitFor(() => expect(localStorage.getItem("atd-guide-me")).toContain('"folded":false'));
  expect(screen.queryByRole("region")).toBeNull();
  await userEvent.click(button);
  expect(await screen.findByRole("region", { name: "Primeiros passos" })).toBeVisible();
  await userEvent.click(button);
  expect(screen.queryByRole("region")).toBeNull();
});

test("a step that was taken is ticked by what happened, and the guide goes on from there after a reload", async () => {
  const two = {
    items: [
      { id: "me", active: true },
      { id: "b", active: true },
    ],
    next_cursor: null,
  };
  const { unmount } = await show({ "GET /api/v1/attendants": two });
  await waitFor(() => expect(screen.getByText("Adicione outra pessoa").closest("li")).toHaveAttribute("data-done"));
  unmount();
  await show();
  const step = await screen.findByText("Adicione outra pessoa");
  expect(step.closest("li")).toHaveAttribute("data-done");
});

test("it is left for good", async () => {
  const { unmount } = await show();
  await userEvent.click(await screen.findByRole("button", { name: "Sair do guia" }));
  await waitFor(() => expect(screen.queryByRole("region")).toBeNull());
  unmount();
  const { asked } = await show();
  await vi.waitFor(() => expect(asked).toBeDefined());
  expect(screen.queryByRole("button", { name: /Primeiros passos/ })).toBeNull();
});

const onPhone = () =>
  vi.spyOn(window, "matchMedia").mockImplementation(
    (media) =>
      ({
        matches: media === "(max-width: 48em)",
        media,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      }) as never,
  );

test("on a phone it shows the next step alone, until all are asked for", async () => {
  onPhone();
  await show({}, undefined, "/inbox/queue");
  await screen.findByText("Abra o celular do cliente");
  expect(screen.getAllByRole("listitem")).toHaveLength(1);
  const all = screen.getByRole("button", { name: /Ver os \d passos/ });
  await userEvent.click(all);
  expect(screen.getAllByRole("listitem").length).toBeGreaterThan(3);
});

test("on a phone it covers no page but the inbox, and opens there where it is asked for", async () => {
  onPhone();
  await show({}, undefined, "/settings/teams");
  await waitFor(() => expect(localStorage.getItem("atd-guide-me")).toContain('"folded":false'));
  expect(screen.queryByRole("region")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: /Primeiros passos/ }));
  expect(await screen.findByRole("region", { name: "Primeiros passos" })).toBeVisible();
});

test("on a phone it makes way for the page to which a step leads", async () => {
  onPhone();
  const { router } = await show({
    "GET /api/v1/client": { build: null, sample_login: null, sandbox_url: null, time_zone: "UTC", languages: [] },
  });
  await userEvent.click(await screen.findByRole("link", { name: "Conectar" }));
  expect(router.state.location.pathname).toBe("/channels/new");
  await waitFor(() => expect(localStorage.getItem("atd-guide-me")).toContain('"folded":true'));
});

test("attendants see the steps of a conversation alone", async () => {
  await show({}, ["conversations:read", "conversations:write"]);
  await screen.findByText("Veja a resposta chegar");
  expect(screen.queryByText("Conecte o seu número")).toBeNull();
  expect(screen.queryByText("Adicione outra pessoa")).toBeNull();
});
