import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";

import { MarksPage } from "./MarksPage";

const tag = (id: string, name: string, more: object = {}) => ({
  id,
  name,
  color: "#0369a1",
  archived: false,
  version: 1,
  ...more,
});

/** A server that keeps the list. */
function listOf(tags: ReturnType<typeof tag>[]): Answers {
  return {
    "GET /api/v1/tags": () => ({ items: tags, next_cursor: null }),
    "POST /api/v1/tags": ({ body }: { body: { name: string } }) => {
      tags = [...tags, tag("new", body.name)];
      return tags.at(-1);
    },
    "PATCH /api/v1/tags/t1": ({ body, over }: { body: object; over?: number }) => {
      const [there] = tags.filter(({ id }) => id === "t1") as [ReturnType<typeof tag>];
      if (over !== there.version) return new Refusal(409, { code: "conflict", version: there.version });
      const saved = { ...there, ...body, version: there.version + 1 };
      tags = tags.map((one) => (one.id === "t1" ? saved : one));
      return saved;
    },
    "DELETE /api/v1/tags/t1": () => {
      tags = tags.filter(({ id }) => id !== "t1");
      return null;
    },
    "GET /api/v1/tags/t1/usage": { count: 1234, limit: 10_000 },
  };
}

async function show(answers: Answers) {
  render(<Notifications />, { wrapper: MantineProvider });
  return renderPart(<MarksPage kind="tag" />, {
    answers,
    permissions: ["settings:manage"],
    texts: ["marks", "settings", "routing"],
  });
}

const menuOf = async (name: string, item: string) => {
  fireEvent.click(await screen.findByRole("button", { name: `Mais ações de ${name}` }));
  fireEvent.click(await screen.findByRole("menuitem", { name: item }));
};

test("a company without tags reads what they are for, and makes the first one", async () => {
  const { asked, container } = await show(listOf([]));
  expect(await screen.findByText("Nenhuma tag ainda")).toBeVisible();
  await expectAccessible(container);
  const field = screen.getByRole("textbox", { name: "Nome da tag" });
  fireEvent.change(field, { target: { value: " Elogio " } });
  fireEvent.submit(field);
  expect(await screen.findByRole("button", { name: "Renomear Elogio" })).toBeVisible();
  expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({ name: "Elogio" });
  await waitFor(() => expect(field).toHaveValue(""));
});

test("a name that is taken is said beside the field, and what was typed stays", async () => {
  const answers = listOf([tag("t1", "Elogio")]);
  await show({ ...answers, "POST /api/v1/tags": new Refusal(409, { code: "name_taken", title: "taken" }) });
  const field = await screen.findByRole("textbox", { name: "Nome da tag" });
  fireEvent.change(field, { target: { value: "elogio" } });
  fireEvent.submit(field);
  await waitFor(() => expect(field).toBeInvalid());
  expect(field).toHaveValue("elogio");
});

test("archiving is taken back from its notice, though its row has moved", async () => {
  await show(listOf([tag("t1", "Elogio"), tag("t2", "Prazo")]));
  await menuOf("Elogio", "Arquivar");
  expect(await screen.findByText("“Elogio” foi arquivado")).toBeVisible();
  const list = screen.getByRole("list", { name: "Tags" });
  await waitFor(() => expect(within(list).queryByText("Elogio")).toBeNull());
  fireEvent.click(screen.getByRole("button", { name: "Desfazer" }));
  await waitFor(() => expect(within(list).getByText("Elogio")).toBeVisible());
});

/** A list of one tag that Bia changes while it is looked at; each change asked for stands in `sent`. */
function changedByBia(change: object, fields: string[]) {
  let there = tag("t1", "Elogio");
  const sent: { body: object; over?: number }[] = [];
  const answers: Answers = {
    "GET /api/v1/tags": () => ({ items: [there], next_cursor: null }),
    "PATCH /api/v1/tags/t1": (asked: { body: object; over?: number }) => {
      sent.push(asked);
      if (asked.over === there.version) return (there = { ...there, ...asked.body, version: there.version + 1 });
      const actor = { type: "attendant", id: "bia", name: "Bia" };
      const changes = [{ type: "setting.changed", version: there.version, fields, actor }];
      return new Refusal(409, { code: "conflict", version: there.version, changes });
    },
  };
  return { answers, sent, meanwhile: () => (there = { ...there, ...change, version: there.version + 1 }) };
}

test("who renames what somebody else has renamed hears who it was, and keeps what was typed", async () => {
  const { answers, sent, meanwhile } = changedByBia({ name: "Elogios" }, ["name"]);
  await show(answers);
  fireEvent.click(await screen.findByRole("button", { name: "Renomear Elogio" }));
  meanwhile();
  const field = screen.getByRole("textbox", { name: /Renomear/ });
  fireEvent.change(field, { target: { value: "Louvor" } });
  fireEvent.keyDown(field, { key: "Enter" });
  expect(await screen.findByText(/Outra pessoa mudou isto antes de você.*Bia: Nome/)).toBeVisible();
  expect(field).toHaveValue("Louvor");
  fireEvent.keyDown(field, { key: "Enter" });
  expect(await screen.findByRole("button", { name: "Renomear Louvor" })).toBeVisible();
  expect(sent.map(({ over }) => over)).toEqual([1, 2]);
});

test("a colour that somebody else has chosen does not stand in the way of a name", async () => {
  const { answers, sent, meanwhile } = changedByBia({ color: "#dc2626" }, ["color"]);
  const { client } = await show(answers);
  fireEvent.click(await screen.findByRole("button", { name: "Renomear Elogio" }));
  const field = screen.getByRole("textbox", { name: "Renomear Elogio" });
  fireEvent.change(field, { target: { value: "Louvor" } });
  meanwhile();
  await client.invalidateQueries();
  await screen.findByRole("button", { name: "Cor de Elogio: Vermelho" });
  fireEvent.keyDown(field, { key: "Enter" });
  expect(await screen.findByRole("button", { name: "Renomear Louvor" })).toBeVisible();
  expect(sent).toMatchObject([{ over: 2, body: { name: "Louvor" } }]);
});

test("a click on what somebody else has changed says who and what, and shows how it is now", async () => {
  const { answers, meanwhile } = changedByBia({ name: "Elogios" }, ["name"]);
  await show(answers);
  await screen.findByRole("button", { name: "Renomear Elogio" });
  meanwhile();
  await menuOf("Elogio", "Arquivar");
  expect(await screen.findByText(/Bia: Nome/)).toBeVisible();
  expect(await screen.findByRole("button", { name: "Renomear Elogios" })).toBeVisible();
});

test("deleting says on how many messages it is, and that it is done", async () => {
  await show(listOf([tag("t1", "Elogio"), tag("t2", "Prazo")]));
  await menuOf("Elogio", "Excluir…");
  const dialog = await screen.findByRole("dialog", { name: "Excluir a tag “Elogio”?" });
  expect(await within(dialog).findByText(/1234|1\.234/)).toBeVisible();
  fireEvent.click(within(dialog).getByRole("button", { name: "Excluir" }));
  expect(await screen.findByText("“Elogio” foi excluído")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Renomear Elogio" })).toBeNull();
});

test("a long list is searched, and it is said when nothing is found", async () => {
  await show(listOf(Array.from({ length: 30 }, (_, at) => tag(`n${at}`, `Assunto número ${at}`))));
  const search = await screen.findByRole("textbox", { name: "Buscar na lista" });
  fireEvent.change(search, { target: { value: "numero 29" } });
  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(1));
  fireEvent.change(search, { target: { value: "zzz" } });
  expect(await screen.findByText("Nada com este nome.")).toBeVisible();
});

test("loading holds the place, an error can be tried again", async () => {
  const { container, unmount } = await show({ "GET /api/v1/tags": SILENCE });
  await waitFor(() => expect(container.querySelector("[aria-busy=true]")).not.toBeNull());
  unmount();
  await show({ "GET /api/v1/tags": new Refusal(503, { code: "unavailable" }) });
  expect(await screen.findByRole("button", { name: "Tentar de novo" })).toBeVisible();
});
