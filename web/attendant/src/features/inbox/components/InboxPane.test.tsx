import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import type { View } from "@/shared/conversations/filter";
import { useKeyboard } from "@/shared/keyboard/useShortcut";
import { liveOf } from "@/shared/realtime/live";
import { undoLatest } from "@/shared/ui/notify";
import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";

import { aConversation, at } from "../testing";
import { InboxPane } from "./InboxPane";

const none = { total: 0, unread: 0 };
const LIST = "GET /api/v1/conversations";
const [ana, bia, caio] = ["Ana", "Bia", "Caio"].map((name, index) =>
  aConversation({
    id: name.toLowerCase(),
    number: index + 1,
    contact: { id: `contact-${name}`, name, labels: [] },
    last_activity_at: at(-index),
  }),
) as [Conversation, Conversation, Conversation];

function Pane({ view, selectedId }: { view: View; selectedId: string | undefined }) {
  useKeyboard();
  return <InboxPane view={view} selectedId={selectedId} narrow={false} viewsShown />;
}

interface Shown {
  view?: View;
  search?: string;
  selectedId?: string;
  more?: Answers;
}

async function show(rows: unknown, { view = "mine", search = "", selectedId = "", more = {} }: Shown = {}) {
  const answers: Answers = {
    [LIST]: Array.isArray(rows) ? { items: rows, next_cursor: null } : rows,
    "GET /api/v1/conversations/counts": { mine: none, queue: none, all: none, favourites: none, limit: 1000 },
    "GET /api/v1/attendants": { items: [] },
    "GET /api/v1/channels": { items: [] },
    "GET /api/v1/channels/capabilities": { items: [] },
    "GET /api/v1/client": { sandbox_url: "http://phone.test" },
    ...more,
  };
  const part = await renderPart(<Pane view={view} selectedId={selectedId || undefined} />, {
    answers,
    at: `/inbox/${view}${search}`,
    texts: ["search", "inbox", "assign", "sandbox", "marks"],
  });
  return { ...part, user: userEvent.setup() };
}

const names = () => screen.getAllByRole("listitem").map((row) => row.querySelector("bdi")?.textContent);
const rowOf = async (name: string) => {
  const found = (await screen.findByText(name)).closest("li");
  if (found === null) throw new Error(`no row of ${name}`);
  return found;
};

beforeEach(() => {
  // jsdom has no layout; the list draws what fits into its height.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(352);
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 352, 800));
});

describe("a row", () => {
  it("says who waits for how long, what is unread, and what came last", async () => {
    const waits = { waiting_since: new Date(Date.now() - 90 * 60_000).toISOString(), unread_count: 3 };
    await show([{ ...ana, ...waits }]);
    const row = await rowOf("Ana");
    expect(within(row).getByRole("img", { name: "3 não lidas" })).toHaveTextContent("3");
    expect(within(row).getByRole("img", { name: /esperando resposta há 1 h/ })).toBeInTheDocument();
    expect(within(row).getByText("Bom dia, o pedido chegou")).toBeInTheDocument();
    expect(within(row).getByRole("img", { name: "Loja Girassol" })).toBeInTheDocument();
  });

  it.each([
    [{ direction: "note", author: { type: "attendant", id: "me" } }, "Nota interna"],
    [{ direction: "outbound", author: { type: "attendant", id: "me" } }, "Você respondeu"],
    [{ direction: "outbound", author: { type: "attendant", id: "x", name: "Bruna" } }, "Bruna respondeu"],
    [{ direction: "outbound", author: { type: "bot" } }, "Resposta automática"],
    [{ direction: "outbound", author: { type: "contact" } }, "A empresa respondeu"],
    [{ direction: "outbound", status: "failed", author: { type: "attendant", id: "me" } }, "Não foi entregue"],
    [{ direction: "system", author: { type: "system" } }, "Aviso do sistema"],
  ] as const)("tells who wrote last: %j", async (last, glyph) => {
    await show([{ ...ana, last_message: { ...ana.last_message, ...last } }]);
    expect(within(await rowOf("Ana")).getByRole("img", { name: glyph })).toBeInTheDocument();
  });

  it("names what came without words", async () => {
    await show([{ ...ana, last_message: { ...ana.last_message, kind: "location", preview: "" } }]);
    expect(within(await rowOf("Ana")).getByText("Localização")).toBeInTheDocument();
  });

  it("shows status, priority, at most two labels and a colleague as assignee", async () => {
    const labels = ["VIP", "Atacado", "Novo"].map((name) => ({ id: name, name, color: "#123456" }));
    const changes = {
      priority: "urgent",
      status: "closed",
      favourite: true,
      draft: false,
      scheduled_count: 0,
      mentioned: false,
      assignee: { id: "x", name: "Bruna Lima" },
    };
    await show([{ ...ana, ...changes, contact: { ...ana.contact, labels } }], { view: "favourites" });
    const row = await rowOf("Ana");
    for (const mark of ["Urgente", "Favorita", "Com Bruna Lima"]) {
      expect(within(row).getByRole("img", { name: mark })).toBeInTheDocument();
    }
    for (const text of ["VIP", "Atacado", "+1", "Encerrada"]) expect(within(row).getByText(text)).toBeInTheDocument();
    expect(within(row).queryByText("Novo")).toBeNull();
  });

  it("shows a name that turns the direction harmlessly", async () => {
    const name = `\u202eevil ${"مرحبا ".repeat(14)}`;
    await show([{ ...ana, contact: { ...ana.contact, name } }]);
    const shown = await screen.findByText(/evil/);
    expect(shown.tagName).toBe("BDI");
    expect(shown.textContent).not.toContain("\u202e");
  });

  it("is a link that keeps the list's filters, and says which one is open", async () => {
    await show([ana, { ...bia, unread_count: 1 }], { search: "?unread=1", selectedId: "bia" });
    const link = within(await rowOf("Bia")).getByRole("link");
    expect(link).toHaveAttribute("href", "/inbox/mine/bia?unread=1");
    expect(link).toHaveAttribute("aria-current", "page");
    expect(link).toHaveAttribute("tabindex", "0");
  });
});

describe("nothing moves under the cursor", () => {
  it("lets a risen row wait while the mouse is over the list, until the pill is pressed", async () => {
    const { user, client } = await show([ana, bia, caio]);
    await user.hover(await rowOf("Bia"));
    act(() => void liveOf(client).expect("caio", { last_activity_at: at(5), unread_count: 2 }));
    const pill = await screen.findByRole("button", { name: "1 nova" });
    expect(names()).toEqual(["Ana", "Bia", "Caio"]);
    expect(within(await rowOf("Caio")).getByRole("img", { name: "2 não lidas" })).toBeInTheDocument();
    await user.click(pill);
    expect(names()).toEqual(["Caio", "Ana", "Bia"]);
    expect(screen.queryByRole("button", { name: /nova/ })).toBeNull();
  });

  it("does not lay the pill under the mouse: it comes when the mouse is elsewhere in the list", async () => {
    const { user, client } = await show([ana, bia, caio]);
    await user.hover(await rowOf("Bia"));
    const row = await rowOf("Bia");
    fireEvent.pointerMove(row, { clientY: 790 });
    act(() => void liveOf(client).expect("caio", { last_activity_at: at(5) }));
    expect(names()).toEqual(["Ana", "Bia", "Caio"]);
    expect(screen.queryByRole("button", { name: "1 nova" })).toBeNull();
    fireEvent.pointerMove(row, { clientY: 400 });
    const pill = await screen.findByRole("button", { name: "1 nova" });
    fireEvent.pointerOut(row, { relatedTarget: pill });
    fireEvent.pointerOver(pill, { relatedTarget: row });
    fireEvent.pointerMove(pill, { clientY: 790 });
    expect(names()).toEqual(["Ana", "Bia", "Caio"]);
    fireEvent.click(pill);
    expect(names()).toEqual(["Caio", "Ana", "Bia"]);
  });

  it("keeps a row that was closed elsewhere, with the reason, until the mouse leaves", async () => {
    const { user, client } = await show([ana, bia, caio]);
    await user.hover(await rowOf("Bia"));
    act(() => void liveOf(client).expect("bia", { status: "closed" }));
    expect(await within(await rowOf("Bia")).findByText("Encerrada")).toBeInTheDocument();
    expect(names()).toEqual(["Ana", "Bia", "Caio"]);
    await user.hover(screen.getByRole("searchbox"));
    await user.unhover(await rowOf("Ana"));
    await waitFor(() => expect(names()).toEqual(["Ana", "Caio"]));
  });

  it("follows the server's order while nobody uses the list", async () => {
    const { client } = await show([ana, bia, caio]);
    await rowOf("Ana");
    act(() => void liveOf(client).expect("caio", { last_activity_at: at(5) }));
    await waitFor(() => expect(names()).toEqual(["Caio", "Ana", "Bia"]));
  });
});

describe("keys", () => {
  const focused = () => document.activeElement?.closest("li")?.querySelector("bdi")?.textContent;

  it("j, k and the arrows go from row to row, Enter opens", async () => {
    const { user, router } = await show([ana, bia, caio]);
    await rowOf("Ana");
    await user.keyboard("j");
    expect(focused()).toBe("Ana");
    await user.keyboard("jj");
    expect(focused()).toBe("Caio");
    await user.keyboard("k{ArrowUp}");
    expect(focused()).toBe("Ana");
    await user.keyboard("{End}");
    expect(focused()).toBe("Caio");
    await user.keyboard("{Home}{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/inbox/mine/ana"));
  });

  it("j begins at the open conversation", async () => {
    const { user } = await show([ana, bia, caio], { selectedId: "bia" });
    await rowOf("Ana");
    await user.keyboard("j");
    expect(focused()).toBe("Caio");
  });

  it("e closes the row with the focus, goes on to the next one, and can be undone", async () => {
    const { user, asked } = await show([ana, bia, caio], {
      more: { "POST /api/v1/conversations/ana/close": { ...ana, status: "closed", sequence: 9 } },
    });
    await rowOf("Ana");
    await user.keyboard("je");
    await waitFor(() => expect(asked.map(({ path }) => path)).toContain("/api/v1/conversations/ana/close"));
    expect(focused()).toBe("Bia");
    expect(names()).toEqual(["Ana", "Bia", "Caio"]);
    expect(within(await rowOf("Ana")).getByText("Encerrada")).toBeInTheDocument();
  });

  it("a opens the menu that transfers, shift+a takes and opens", async () => {
    const bruna = { id: "x", name: "Bruna", active: true };
    const { user, asked, router } = await show([{ ...ana, assignee: null, status: "queued" }], {
      view: "queue",
      more: {
        "GET /api/v1/attendants": { items: [bruna] },
        "POST /api/v1/conversations/ana/assign": { ...ana, assignee: { id: "me", name: "Ana" }, sequence: 9 },
      },
    });
    await rowOf("Ana");
    await user.keyboard("ja");
    expect(await screen.findByRole("menuitemradio", { name: "Bruna" })).toBeInTheDocument();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(focused()).toBe("Ana"));
    await user.keyboard("{Shift>}A{/Shift}");
    const assigned = await waitFor(() => {
      const found = asked.find(({ path }) => path.endsWith("/assign"));
      if (found === undefined) throw new Error("not asked yet");
      return found;
    });
    expect(assigned.body).toEqual({ attendant_id: "me" });
    expect(router.state.location.pathname).toBe("/inbox/queue/ana");
  });

  it("r opens the row with the focus, to answer it", async () => {
    const { user, router } = await show([ana, bia]);
    await rowOf("Ana");
    await user.keyboard("jjr");
    await waitFor(() => expect(router.state.location.pathname).toBe("/inbox/mine/bia"));
  });

  it("taking what a colleague took first says who was faster", async () => {
    const unowned = { ...ana, assignee: null, status: "queued" };
    const { user } = await show([unowned], {
      view: "queue",
      more: {
        "POST /api/v1/conversations/ana/assign": new Refusal(409, { code: "conflict" }),
        "GET /api/v1/conversations/ana": { ...ana, assignee: { id: "x", name: "Bruna" }, sequence: ana.sequence + 1 },
      },
    });
    render(<Notifications />, { wrapper: MantineProvider });
    await rowOf("Ana");
    await user.keyboard("j{Shift>}A{/Shift}");
    expect(await screen.findByText(/^Bruna assumiu antes de você\./)).toBeInTheDocument();
    expect(screen.getByText("Não foi possível assumir a conversa com Ana")).toBeInTheDocument();
  });

  it("what was given to a colleague from the list can be taken back", async () => {
    const bruna = { id: "x", name: "Bruna", active: true };
    const { user, asked } = await show([{ ...ana, assignee: null, status: "queued" }], {
      view: "queue",
      more: {
        "GET /api/v1/attendants": { items: [bruna] },
        "POST /api/v1/conversations/ana/assign": { ...ana, assignee: bruna, sequence: 9 },
      },
    });
    const given = () => asked.filter(({ path }) => path.endsWith("/assign")).map(({ body }) => body);
    await rowOf("Ana");
    await user.keyboard("ja");
    await user.click(await screen.findByRole("menuitemradio", { name: "Bruna" }));
    await waitFor(() => expect(undoLatest()).toBe(true));
    await waitFor(() => expect(given()).toEqual([{ attendant_id: "x" }, { attendant_id: null }]));
  });
});

describe("empty, failing, loading", () => {
  it.each([
    ["mine", "Nenhuma conversa é sua agora", "link", "Ver a fila"],
    ["queue", "A fila está vazia", "button", "Experimentar como cliente"],
    ["favourites", "Nenhuma favorita", "link", "Ver todas"],
  ] as const)("an empty %s teaches what it is for", async (view, title, role, step) => {
    await show([], { view });
    expect(await screen.findByText(title)).toBeInTheDocument();
    expect(await screen.findByRole(role, { name: step })).toBeInTheDocument();
  });

  it("an empty search says where it looked", async () => {
    await show([], { search: "?q=zebra&find=conversations" });
    expect(await screen.findByText("Nada encontrado para “zebra”")).toBeInTheDocument();
  });

  it("a failing list can be tried again", async () => {
    let fails = true;
    const answer = () => (fails ? new Refusal(400, { code: "boom" }) : { items: [ana], next_cursor: null });
    const { user } = await show(answer);
    expect(await screen.findByText("Não foi possível carregar as conversas")).toBeInTheDocument();
    fails = false;
    await user.click(screen.getByRole("button", { name: "Tentar de novo" }));
    expect(await rowOf("Ana")).toBeInTheDocument();
  });

  it("shows rows in their shape while it loads", async () => {
    const { container } = await show(SILENCE);
    await screen.findByRole("searchbox");
    expect(container.querySelector("[aria-busy=true]")).not.toBeNull();
  });

  it("says where the list ends", async () => {
    await show([ana]);
    expect(await screen.findByText("Fim da lista")).toBeInTheDocument();
  });
});

describe("searching and narrowing", () => {
  it("searches a moment after the last key, in all views", async () => {
    const { user, asked, router } = await show([ana], { search: "?find=conversations" });
    await user.type(await screen.findByRole("searchbox"), "11 98");
    await waitFor(() => expect(router.state.location.search).toBe("?q=11+98&find=conversations"));
    await waitFor(() => {
      const last = asked.filter(({ path }) => path.startsWith("/api/v1/conversations?")).at(-1);
      expect(last?.path).toContain("q=11%2098");
      expect(last?.path).not.toContain("status");
    });
    expect(await screen.findByText(/também nas encerradas/)).toBeInTheDocument();
  });

  it("messages are narrowed by tag, label and type too, as the address says", async () => {
    const nothing = { items: [], next_cursor: null, conversation: null, contacts: [] };
    const { asked, router, user } = await show([], {
      search: "?q=boleto&tag=t1&label=l1&type=y1&by=note",
      more: {
        "GET /api/v1/search": nothing,
        "GET /api/v1/search/count": { total: 3, exact: true, limit: 1000 },
        "GET /api/v1/tags": { items: [{ id: "t1", name: "Reclamação", color: "red" }], next_cursor: null },
        "GET /api/v1/labels": { items: [{ id: "l1", name: "VIP", color: "blue" }], next_cursor: null },
        "GET /api/v1/types": { items: [{ id: "y1", name: "Financeiro" }], next_cursor: null },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Tirar “Tag: Reclamação” (3 mensagens)" }));
    await waitFor(() => expect(router.state.location.search).not.toContain("tag="));
    const searched = asked.filter(({ path }) => path.startsWith("/api/v1/search?"));
    expect(searched[0]?.path).toMatch(/(?=.*tag=t1)(?=.*label=l1)(?=.*type=y1)(?=.*direction=note)/);
    await waitFor(() => expect(asked.filter(({ path }) => path.startsWith("/api/v1/search?")).length).toBe(2));
    expect(await screen.findByRole("button", { name: /Tirar “De quem: Notas internas”/ })).toBeVisible();
  });

  it("asks for the order that somebody chooses, and keeps the view's own out of the address", async () => {
    const { user, asked, router } = await show([ana]);
    const sorts = () => asked.flatMap(({ path }) => /conversations\?.*sort=([\w-]+)/.exec(path)?.[1] ?? []);
    await user.click(await screen.findByRole("button", { name: "Ordem: Mais recentes primeiro" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Maior espera primeiro" }));
    await waitFor(() => expect(router.state.location.search).toBe("?sort=waiting_since"));
    await waitFor(() => expect(sorts()).toEqual(["-last_activity", "waiting_since"]));
    await user.click(await screen.findByRole("button", { name: "Ordem: Maior espera primeiro" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Mais recentes primeiro" }));
    await waitFor(() => expect(router.state.location.search).toBe(""));
  });

  it("saves what was narrowed under a name", async () => {
    localStorage.clear();
    const { user, router } = await show([ana]);
    await user.click(await screen.findByRole("button", { name: "Não lidas" }));
    await waitFor(() => expect(router.state.location.search).toBe("?unread=1"));
    await user.click(await screen.findByRole("button", { name: "Salvar filtro" }));
    const name = await screen.findByLabelText("Nome do filtro");
    await user.type(name, "Para hoje{Enter}");
    await waitFor(() => expect(router.state.location.search).toContain("filter="));
    const stored = JSON.parse(localStorage.getItem("atd-filters/me") ?? "[]") as unknown[];
    expect(stored).toEqual([expect.objectContaining({ name: "Para hoje", view: "mine", unread: true })]);
  });
});

it("axe finds nothing", async () => {
  const { container } = await show([{ ...ana, unread_count: 2, priority: "high" }, bia]);
  await rowOf("Ana");
  await expectAccessible(container);
});
