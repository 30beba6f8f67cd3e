import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE, type Answers } from "@/shared/testing/part";

import { RatingsPage } from "./RatingsPage";

const settings = {
  enabled: true,
  after: "person",
  language: "pt-BR",
  question: null,
  thanks: null,
  ask_comment: false,
  comment_question: null,
  expires_after_hours: 24,
  correct_minutes: 10,
};

const answers: Answers = {
  "GET /api/v1/settings/ratings": settings,
  "PUT /api/v1/settings/ratings": ({ body }: { body: unknown }) => body,
  "POST /api/v1/settings/ratings/preview": ({ body }: { body: { question: string | null } }) => ({
    question: body.question ?? "Como você avalia o nosso atendimento?",
    button: "Avaliar",
    choices: ["5 - Muito bom", "4 - Bom", "3 - Regular", "2 - Ruim", "1 - Muito ruim"],
    by_number: "Responda com um número",
    thanks: "Obrigado pela sua avaliação.",
    defaults: { question: "Como você avalia o nosso atendimento?", thanks: "Obrigado.", comment_question: "Por quê?" },
  }),
};

const show = (changes: Answers = {}, permissions = ["settings:manage"]) =>
  renderPart(<RatingsPage />, {
    answers: { ...answers, ...changes },
    permissions,
    texts: ["ratings", "settings", "routing"],
  });

test("the question is shown as the customer reads it, and saved whole", async () => {
  const { asked, container } = await show();
  const question = await screen.findByRole("textbox", { name: "Pergunta" });
  await expectAccessible(container);
  expect(screen.getByRole("button", { name: "Salvar" })).toBeDisabled();
  fireEvent.change(question, { target: { value: "Como foi hoje?" } });
  const preview = screen.getByRole("complementary", { name: "Como o cliente vê" });
  expect(await within(preview).findAllByText("Como foi hoje?")).not.toHaveLength(0);
  fireEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Salvar" })).toBeDisabled());
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ ...settings, question: "Como foi hoje?" });
});

test("the question for a comment is there only when one is asked for", async () => {
  await show();
  const comment = await screen.findByRole("switch", { name: "Pedir um comentário" });
  expect(screen.queryByRole("textbox", { name: "Pergunta do comentário" })).toBeNull();
  fireEvent.click(comment);
  expect(await screen.findByRole("textbox", { name: "Pergunta do comentário" })).toBeVisible();
});

test("an unknown variable is said at its field, and what was typed stays", async () => {
  await show({
    "PUT /api/v1/settings/ratings": new Refusal(422, {
      code: "invalid",
      title: "invalid",
      errors: [{ field: "question", message: "line 1, column 1: contact.nome is not a variable" }],
    }),
  });
  const question = await screen.findByRole("textbox", { name: "Pergunta" });
  fireEvent.change(question, { target: { value: "{{contact.nome}}?" } });
  fireEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(question).toBeInvalid());
  expect(question).toHaveValue("{{contact.nome}}?");
});

test("who saves after somebody else hears who it was and what they changed, and keeps what was typed", async () => {
  let there: object = settings;
  let saves = 0;
  const { asked } = await show({
    "GET /api/v1/settings/ratings": () => there,
    "PUT /api/v1/settings/ratings": ({ body }: { body: object }) => {
      saves += 1;
      if (saves > 1) return body;
      there = { ...settings, correct_minutes: 30, question: "E aí?" };
      const actor = { type: "attendant", id: "bia", name: "Bia" };
      const changes = [{ type: "setting.changed", version: 1, fields: ["question", "correct_minutes"], actor }];
      return new Refusal(409, { code: "conflict", version: 1, changes });
    },
  });
  const question = await screen.findByRole("textbox", { name: "Pergunta" });
  fireEvent.change(question, { target: { value: "Como foi hoje?" } });
  fireEvent.click(screen.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Bia: Pergunta, Pode corrigir por");
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Pode corrigir por" })).toHaveValue("30 minutos"));
  expect(question).toHaveValue("Como foi hoje?");
  fireEvent.click(screen.getByRole("button", { name: "Salvar" }));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  const last = asked.filter(({ method }) => method === "PUT").at(-1)?.body;
  expect(last).toMatchObject({ question: "Como foi hoje?", correct_minutes: 30 });
});

test("who may not manage settings reads them", async () => {
  await show({}, []);
  expect(await screen.findByRole("textbox", { name: "Pergunta" })).toBeDisabled();
  expect(screen.queryByRole("button", { name: "Salvar" })).toBeNull();
});

test("loading holds the place, an error can be tried again", async () => {
  const { container, unmount } = await show({ "GET /api/v1/settings/ratings": SILENCE });
  await waitFor(() => expect(container.querySelector("[aria-busy=true]")).not.toBeNull());
  unmount();
  await show({ "GET /api/v1/settings/ratings": new Refusal(503, { code: "unavailable" }) });
  expect(await screen.findByRole("button", { name: "Tentar de novo" })).toBeVisible();
});
