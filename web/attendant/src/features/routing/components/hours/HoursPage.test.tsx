import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { undoLatest } from "@/shared/ui/notify";
import { expectAccessible, Refusal, renderPart, type Answers } from "@/shared/testing/part";

import type { Hours, HoursPreview, ValuesOf } from "../../api/types";
import { newHours } from "../../model/hours";
import { valuesOf } from "../../model/values";
import { HoursPage } from "./HoursPage";

const office: Hours = { ...newHours("America/Sao_Paulo", true), id: "office", version: 2, name: "Comercial" };

const preview: HoursPreview = {
  open: true,
  next_change: "2026-11-30T21:00:00Z",
  next_opening: null,
  holiday: null,
  words: {
    "pt-BR": { state: "Aberto agora. Fecha às 18:00.", next_opening: "amanhã às 09:00", message: null },
  },
  days: [
    { date: "2026-12-24", kind: "exception", name: "Véspera", intervals: [{ start: "09:00", end: "12:00" }] },
    { date: "2026-12-25", kind: "holiday", name: "Natal", intervals: [] },
  ],
};

function serverOf(hours: Hours[], changes: Answers = {}): Answers {
  return {
    "GET /api/v1/hours": () => ({ items: hours, next_cursor: null }),
    "GET /api/v1/hours/office/preview": preview,
    "POST /api/v1/hours/preview": preview,
    "GET /api/v1/holidays": {
      items: [
        { date: "2026-12-25", name: "Natal", optional: false },
        { date: "2026-02-17", name: "Carnaval", optional: true },
      ],
    },
    "GET /api/v1/holidays/countries": { items: [{ code: "BR", states: ["RJ", "SP"] }] },
    "GET /api/v1/channels": { items: [], next_cursor: null },
    "GET /api/v1/teams": { items: [], next_cursor: null },
    "POST /api/v1/hours": ({ body }: { body: ValuesOf<"hours"> }) => {
      const made = { ...body, id: "made", version: 1 };
      hours = [...hours, made];
      return made;
    },
    "PATCH /api/v1/hours/office": ({ body }: { body: Partial<Hours> }) => {
      hours = hours.map((one) => ({ ...one, ...body, version: 3 }));
      return hours[0];
    },
    "DELETE /api/v1/hours/office": () => {
      hours = [];
      return null;
    },
    ...changes,
  };
}

const show = (at: string, answers: Answers, permissions = ["settings:manage"]) =>
  renderPart(<HoursPage />, {
    at: `/settings/hours${at}`,
    path: "/settings/:page/:item?",
    answers,
    permissions,
    texts: ["hours", "routing", "settings"],
  });

const week = () => screen.findByRole("group", { name: "Períodos da semana" });
const sent = (asked: { method: string; path: string; body: unknown }[], method: string) =>
  asked.find((one) => one.method === method && !one.path.endsWith("/preview"))?.body as ValuesOf<"hours">;

test("without hours one learns that the company is always open", async () => {
  const { container } = await show("", serverOf([]));
  expect(await screen.findByText("Sempre aberto")).toBeVisible();
  await expectAccessible(container);
});

test("the list says whether it is open now, and the week in short", async () => {
  await show("", serverOf([office]));
  expect(await screen.findByText("Aberto agora. Fecha às 18:00.")).toBeVisible();
  expect(screen.getByText("Seg–Sex 09:00–18:00")).toBeVisible();
  expect(screen.getByText("Da empresa")).toBeVisible();
});

test("a period is moved, made longer and removed by keys alone, and saved as it stands", async () => {
  const { asked, container } = await show("/office", serverOf([office]));
  const monday = within(await week()).getByRole("button", { name: "Segunda-feira, das 09:00 às 18:00" });
  await expectAccessible(container);
  fireEvent.keyDown(monday, { key: "ArrowUp" });
  fireEvent.keyDown(within(await week()).getByRole("button", { name: /^Segunda-feira/ }), {
    key: "ArrowDown",
    shiftKey: true,
  });
  const moved = within(await week()).getByRole("button", { name: "Segunda-feira, das 08:45 às 18:00" });
  await waitFor(() => expect(moved).toHaveFocus());
  fireEvent.keyDown(within(await week()).getByRole("button", { name: /^Sexta-feira/ }), { key: "Delete" });
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  expect(sent(asked, "PATCH").intervals).toEqual([
    { day: "monday", start: "08:45", end: "18:00" },
    ...(["tuesday", "wednesday", "thursday"] as const).map((day) => ({ day, start: "09:00", end: "18:00" })),
  ]);
});

/** Seven columns of 100 px, as high as a day has hours by 20; what the pointer does comes faster than React shows it. */
function pointerOn(grid: HTMLElement) {
  for (const [at, column] of grid.querySelectorAll<HTMLElement>("[data-day]").entries())
    column.getBoundingClientRect = () => new DOMRect(at * 100, 0, 100, 480);
  Object.assign(grid, { setPointerCapture: () => undefined, hasPointerCapture: () => false });
  return (type: string, day: number, hour: number, on: Element = grid) => {
    const event = { bubbles: true, pointerId: 1, clientX: day * 100 + 50, clientY: hour * 20 };
    on.dispatchEvent(new PointerEvent(type, event));
  };
}

test("a period ends where the pointer was let go, however fast it came there", async () => {
  await show("/office", serverOf([office]));
  const grid = await week();
  const pointer = pointerOn(grid);
  const friday = within(grid).getByRole("button", { name: "Sexta-feira, das 09:00 às 18:00" });
  const end = friday.parentElement?.querySelector("[data-part=end]");
  act(() => pointer("pointerdown", 4, 17.9, end ?? grid));
  act(() => {
    pointer("pointermove", 4, 20);
    pointer("pointermove", 5, 1);
    pointer("pointermove", 5, 2);
    pointer("pointerup", 5, 2);
  });
  expect(within(grid).getByRole("button", { name: "Sexta-feira, das 09:00 às 02:00" })).toBeVisible();
});

test("a period past midnight is typed, and one that lies over another is said at once", async () => {
  await show("/office", serverOf([office]));
  fireEvent.click(within(await week()).getByRole("button", { name: /^Sexta-feira/ }));
  const chosen = await screen.findByRole("group", { name: "Período de Sexta-feira" });
  fireEvent.change(within(chosen).getByLabelText("Fim"), { target: { value: "02:00" } });
  expect(within(chosen).getByText("Termina no dia seguinte")).toBeVisible();
  fireEvent.blur(within(chosen).getByLabelText("Fim"));
  expect(within(await week()).getByRole("button", { name: "Sexta-feira, das 09:00 às 02:00" })).toBeInTheDocument();

  fireEvent.click(within(await week()).getByRole("button", { name: /^Segunda-feira/ }));
  const monday = await screen.findByRole("group", { name: "Período de Segunda-feira" });
  fireEvent.change(within(monday).getByLabelText("Começo"), { target: { value: "10:00" } });
  fireEvent.change(within(monday).getByLabelText("Fim"), { target: { value: "09:45" } });
  expect(within(monday).getByText("Outro período já está neste tempo")).toBeVisible();
});

test("a day is copied to the working days", async () => {
  const hours = { ...office, intervals: [{ day: "saturday" as const, start: "08:00", end: "12:00" }] };
  await show("/office", serverOf([hours]));
  await userEvent.click(await screen.findByRole("button", { name: "Mais de Sábado" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Copiar para segunda a sexta" }));
  expect(within(await week()).getAllByRole("button", { name: /das 08:00 às 12:00/ })).toHaveLength(6);
});

test("a holiday on which the company works is unticked, and the year shows what comes of it", async () => {
  const { asked } = await show("/office", serverOf([office]));
  fireEvent.click(await screen.findByRole("switch", { name: "Fechar nos feriados" }));
  fireEvent.click(await screen.findByRole("checkbox", { name: "Natal" }));
  expect(screen.queryByRole("checkbox", { name: "Carnaval" })).toBeNull();
  await waitFor(() =>
    expect(asked.filter(({ path }) => path === "/api/v1/hours/preview").at(-1)?.body).toMatchObject({
      hours: { holidays: { country: "BR", open_on: ["Natal"] } },
    }),
  );
  expect(screen.getByTitle(/Véspera · 09:00–12:00/)).toHaveTextContent("24");
  expect(screen.getByTitle(/Natal · Fechado/)).toHaveAttribute("data-kind", "holiday");
  const christmas = screen.getByTitle(/Natal · Fechado/);
  fireEvent.click(christmas);
  expect(within(christmas).getByRole("status")).toHaveTextContent(/Natal · Fechado/);
  fireEvent.click(screen.getByTitle(/Véspera · 09:00–12:00/));
  expect(within(christmas).queryByRole("status")).toBeNull();
});

test("the message begins with a text in each language, and an unknown variable is said at its field", async () => {
  const refusal = new Refusal(422, {
    code: "unknown_variable",
    title: "invalid",
    errors: [{ field: "message.texts.pt-BR", message: "line 1, column 1: opens is not known" }],
  });
  const { asked } = await show("/office", serverOf([office], { "PATCH /api/v1/hours/office": refusal }));
  fireEvent.click(await screen.findByRole("switch", { name: "Avisar quem escreve fora do horário" }));
  const text = await screen.findByRole("textbox", { name: "Mensagem (Português)" });
  await waitFor(() => expect(text).toHaveValue("Olá! Agora estamos fechados. Voltamos {{next_opening}}."));
  expect(screen.getByText("Olá! Agora estamos fechados. Voltamos amanhã às 09:00.")).toBeVisible();
  fireEvent.change(text, { target: { value: "{{opens}}" } });
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(text).toBeInvalid());
  expect(text).toHaveValue("{{opens}}");
  expect(sent(asked, "PATCH").message.texts.en).toBe("Hello! We are closed now. We are back {{next_opening}}.");
});

test("deleted hours come back by undo as they were", async () => {
  const { asked } = await show("/office", serverOf([office]));
  await userEvent.click(await screen.findByRole("button", { name: "Excluir horário" }));
  expect(await screen.findByText("Sempre aberto")).toBeVisible();
  expect(undoLatest()).toBe(true);
  expect(await screen.findByRole("link", { name: "Comercial" })).toBeVisible();
  expect(sent(asked, "POST")).toEqual(valuesOf<"hours">(office));
});

test("the same day twice is said at the second one, and nothing is sent", async () => {
  const { asked } = await show("/office", serverOf([office]));
  const add = await screen.findByRole("button", { name: "Adicionar dia" });
  fireEvent.click(add);
  fireEvent.click(add);
  for (const date of screen.getAllByLabelText("Data")) fireEvent.change(date, { target: { value: "2026-12-24" } });
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByText("Este dia já está na lista")).toBeVisible();
  expect(asked.some(({ method }) => method === "PATCH")).toBe(false);
});

test("new hours that nobody has touched are left without a question", async () => {
  await show("/new", serverOf([]));
  expect(await screen.findByRole("button", { name: "Salvar" })).toBeEnabled();
  await userEvent.click(screen.getByRole("link", { name: "Horários" }));
  expect(await screen.findByText("Sempre aberto")).toBeVisible();
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a day without its date yet leaves the year as it is", async () => {
  const { asked } = await show("/office", serverOf([office]));
  await userEvent.click(await screen.findByRole("button", { name: "Adicionar dia" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Nome do dia" }), "Balanço");
  await waitFor(() => expect(asked.filter(({ path }) => path === "/api/v1/hours/preview").length).toBeGreaterThan(0));
  const sent = asked.filter(({ path }) => path === "/api/v1/hours/preview").map(({ body }) => body as { hours: Hours });
  expect(sent.flatMap(({ hours }) => hours.exceptions)).toEqual([]);
  expect(screen.queryByText(/O ano aparece quando/)).toBeNull();
});
