import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, type Answers } from "@/shared/testing/part";

import { PublicCommentsPage } from "./PublicCommentsPage";

const PATH = "/api/v1/settings/public-comments";
const SETTINGS = { mode: "questions", words: ["preço"], max_per_hour: 30, accounts: [] };
const MANAGES = ["settings:manage"];

const show = (answers: Answers = {}, permissions = MANAGES) =>
  renderPart(<PublicCommentsPage />, {
    answers: { [`GET ${PATH}`]: SETTINGS, ...answers },
    permissions,
    texts: ["channels", "settings", "routing"],
  });

const save = () => screen.getByRole("button", { name: "Salvar" });

test("another mode is saved whole, with what was not touched", async () => {
  const { asked, container } = await show({ [`PUT ${PATH}`]: { ...SETTINGS, mode: "all" } });
  expect(await screen.findByRole("radio", { name: /Perguntas/ })).toBeChecked();
  await expectAccessible(container);
  expect(save()).toBeDisabled();
  await userEvent.click(screen.getByRole("radio", { name: "Todos os comentários" }));
  await userEvent.click(save());
  expect(await screen.findByRole("radio", { name: "Todos os comentários" })).toBeChecked();
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ ...SETTINGS, mode: "all" });
  expect(save()).toBeDisabled();
});

test("only by words, without a word, cannot be saved and says so", async () => {
  const { asked } = await show({ [`GET ${PATH}`]: { ...SETTINGS, words: [] } });
  await userEvent.click(await screen.findByRole("radio", { name: /Só com uma das palavras/ }));
  expect(screen.getByText("Escreva pelo menos uma palavra")).toBeVisible();
  expect(save()).toBeDisabled();
  expect(asked.every(({ method }) => method === "GET")).toBe(true);
});

test("nobody is asked for a limit where nothing opens a conversation", async () => {
  await show();
  await userEvent.click(await screen.findByRole("radio", { name: "Nenhum" }));
  expect(screen.queryByRole("textbox", { name: "Conversas por publicação e hora" })).toBeNull();
});

test("what a colleague saved in between is not overwritten, and what was chosen stays", async () => {
  await show({ [`PUT ${PATH}`]: new Refusal(412, { code: "version_conflict", title: "x", status: 412 }) });
  await userEvent.click(await screen.findByRole("radio", { name: "Nenhum" }));
  await userEvent.click(save());
  expect(await screen.findByText(/Outra pessoa mudou isto/)).toBeVisible();
  expect(screen.getByRole("radio", { name: "Nenhum" })).toBeChecked();
});

test("who does not manage the settings reads them", async () => {
  await show({}, []);
  expect(await screen.findByRole("radio", { name: /Perguntas/ })).toBeDisabled();
  expect(screen.queryByRole("button", { name: "Salvar" })).toBeNull();
});
