import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";

import { RepliesPage } from "./RepliesPage";

const reply = (id: string, shortcut: string, more: object = {}) => ({
  id,
  shortcut,
  title: "Prazo de entrega",
  body: "Chega em 3 dias",
  attachments: [],
  scope: "everyone",
  usage_count: 7,
  archived: false,
  version: 1,
  ...more,
});

function repliesOf(replies: ReturnType<typeof reply>[]): Answers {
  return {
    "GET /api/v1/replies": () => ({ items: replies, next_cursor: null }),
    "GET /api/v1/replies/variables": { items: [{ name: "contact.first_name" }] },
    "POST /api/v1/replies/preview": ({ body }: { body: { body: string } }) => ({
      text: body.body,
      parts: [{ text: body.body, variable: null, missing: false }],
      missing: [],
      mistakes: body.body.includes("{{nome}}")
        ? [{ code: "unknown_variable", detail: "", name: "nome", start: 0, line: 1, column: 1 }]
        : [],
    }),
    "POST /api/v1/replies": ({ body }: { body: { shortcut: string } }) => {
      replies = [...replies, { ...reply("new", body.shortcut), ...body }];
      return replies.at(-1);
    },
  };
}

const show = (answers: Answers, permissions = ["settings:manage"]) =>
  renderPart(<RepliesPage />, { answers, permissions, texts: ["replies", "settings", "routing"] });

test("the first reply is written, a variable that is none keeps it from being saved", async () => {
  const { asked } = await show(repliesOf([]));
  fireEvent.click((await screen.findAllByRole("button", { name: "Nova resposta rápida" }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole("dialog", { name: "Nova resposta rápida" }));
  fireEvent.change(dialog.getByRole("textbox", { name: /Atalho/ }), { target: { value: "/prazo" } });
  fireEvent.change(dialog.getByRole("textbox", { name: /Título|Nome/ }), { target: { value: "Prazo" } });
  const text = dialog.getByRole("textbox", { name: /Texto|Mensagem/ });
  fireEvent.change(text, { target: { value: "Oi {{nome}}" } });
  await waitFor(() => expect(text).toBeInvalid());
  expect(dialog.getByRole("button", { name: "Salvar" })).toBeDisabled();
  fireEvent.change(text, { target: { value: "Oi\n\n- um\n- dois" } });
  await waitFor(() => expect(dialog.getByRole("button", { name: "Salvar" })).toBeEnabled());
  fireEvent.click(dialog.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByText("/prazo")).toBeVisible();
  const sent = asked.find(({ method, path }) => method === "POST" && path === "/api/v1/replies")?.body;
  expect(sent).toMatchObject({ shortcut: "/prazo", body: "Oi\n\n- um\n- dois", scope: "personal" });
});

test("everybody's replies are changed by who manages settings alone, one's own by everyone", async () => {
  const own = reply("o", "/meu", { scope: "personal" });
  const { container } = await show(repliesOf([reply("a", "/prazo"), own]), []);
  expect(await screen.findByText("/prazo")).toBeVisible();
  await expectAccessible(container);
  const row = (shortcut: string) =>
    within(screen.getAllByRole("listitem").find((one) => one.textContent.includes(shortcut)) as HTMLElement);
  expect(row("/prazo").queryByRole("button")).toBeNull();
  expect(row("/meu").getAllByRole("button")).toHaveLength(2);
});

test("loading holds the place, an error can be tried again", async () => {
  const { container, unmount } = await show({ "GET /api/v1/replies": SILENCE });
  await waitFor(() => expect(container.querySelector("[aria-busy=true]")).not.toBeNull());
  unmount();
  await show({ "GET /api/v1/replies": new Refusal(503, { code: "unavailable" }) });
  expect(await screen.findByRole("button", { name: "Tentar de novo" })).toBeVisible();
});

test("a reply that somebody else has changed meanwhile says who and what, and is saved the second time as typed", async () => {
  let there = reply("one", "/prazo");
  const sent: unknown[] = [];
  await show({
    ...repliesOf([]),
    "GET /api/v1/replies": () => ({ items: [there], next_cursor: null }),
    "PATCH /api/v1/replies/one": ({ body }: { body: object }) => {
      sent.push(body);
      if (sent.length > 1) return { ...there, ...body, version: 3 };
      there = reply("one", "/entrega", { version: 2 });
      const actor = { type: "attendant", id: "bia", name: "Bia" };
      const changes = [{ type: "setting.changed", version: 2, fields: ["shortcut", "of_tomorrow"], actor }];
      return new Refusal(409, { code: "conflict", version: 2, changes });
    },
  });
  fireEvent.click(await screen.findByRole("button", { name: /Editar.*prazo/ }));
  const dialog = within(await screen.findByRole("dialog"));
  const text = dialog.getByRole("textbox", { name: /Texto|Mensagem/ });
  fireEvent.change(text, { target: { value: "Chega em 5 dias" } });
  fireEvent.click(dialog.getByRole("button", { name: "Salvar" }));
  expect(await dialog.findByDisplayValue("/entrega")).toBeVisible();
  expect(text).toHaveValue("Chega em 5 dias");
  const alert = dialog.getByRole("alert");
  expect(alert).toHaveTextContent("Outra pessoa mudou isto enquanto você editava");
  expect(alert).toHaveTextContent("Bia: Atalho, outros dados");
  fireEvent.click(dialog.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent[1]).toMatchObject({ shortcut: "/entrega", body: "Chega em 5 dias" });
});
