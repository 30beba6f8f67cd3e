import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Contact } from "@/shared/api/types";
import { expectAccessible, Refusal, renderPart, type Answers } from "@/shared/testing/part";

import { Merges } from "./Merges";

const kept = { id: "c1", name: "Maria Souza", phone: "+5511999990000", blocked: false, fields: {}, version: 3 };
const other = {
  ...kept,
  id: "c2",
  name: "Maria S. Lima",
  phone: null,
  birthday: "1990-10-12",
  fields: { plano: "fibra_500" },
};
const joined = {
  id: "m1",
  contact: { id: "c0", name: "Maria (balcão)" },
  into: "c1",
  at: "2026-11-22T12:00:00Z",
  by: { id: "me", name: "Ana Admin" },
};

/** A server that forgets a merge when it is undone. */
function answersOf(merges: object[]): Answers {
  let now = merges;
  return {
    "GET /api/v1/contacts/c1/merges": () => ({ items: now }),
    "POST /api/v1/contacts/merges/m1/undo": () => {
      now = [];
      return { ...kept, restored: other };
    },
    "GET /api/v1/contacts": { items: [kept, other], next_cursor: null },
    "GET /api/v1/contact-fields": {
      items: [
        {
          id: "f",
          key: "plano",
          label: "Plano",
          type: "choice",
          options: [{ value: "fibra_500", label: "Fibra 500" }],
          order: 0,
          version: 1,
        },
      ],
      next_cursor: null,
    },
    "POST /api/v1/contacts/c1/merge": { ...kept, merge: joined },
  };
}

async function show(answers: Answers, permissions = ["contacts:write"]) {
  render(<Notifications />, { wrapper: MantineProvider });
  return renderPart(<Merges contact={kept as unknown as Contact} />, { answers, permissions, texts: ["customer"] });
}

test("a record that was joined is separated long after, and it is said that it is", async () => {
  const { container } = await show(answersOf([joined]));
  const separate = await screen.findByRole("button", { name: "Separar Maria (balcão)" });
  await expectAccessible(container);
  fireEvent.click(separate);
  expect(await screen.findByText("Maria (balcão) voltou a ter um cadastro só seu.")).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("button", { name: /^Separar/ })).toBeNull());
});

test("a merge that somebody else has undone is said", async () => {
  const gone = new Refusal(422, { code: "not_merged", title: "not merged" });
  await show({ ...answersOf([joined]), "POST /api/v1/contacts/merges/m1/undo": gone });
  fireEvent.click(await screen.findByRole("button", { name: "Separar Maria (balcão)" }));
  expect(await screen.findByText("Esta união já foi desfeita.")).toBeVisible();
});

test("another record is found, compared as it is read everywhere, and joined with the values that were chosen", async () => {
  const { asked } = await show(answersOf([]));
  fireEvent.click(await screen.findByRole("button", { name: "Unir com outro cadastro" }));
  const finder = within(await screen.findByRole("dialog", { name: "Unir com outro cadastro" }));
  fireEvent.click(await finder.findByRole("button", { name: /Maria S\. Lima/ }));
  expect(finder.queryByRole("button", { name: /Maria Souza/ })).toBeNull();
  const sides = within(await screen.findByRole("dialog", { name: "Unir cadastros" }));
  expect(sides.getByRole("row", { name: /^Nascimento/ })).toHaveTextContent(/1[02]\/1[02]\/1990/);
  expect(await sides.findByRole("row", { name: /^Plano/ })).toHaveTextContent("Fibra 500");
  fireEvent.click(sides.getByRole("radio", { name: "Maria S. Lima" }));
  fireEvent.click(sides.getByRole("button", { name: "Unir" }));
  await waitFor(() => expect(screen.queryByRole("dialog", { name: "Unir cadastros" })).toBeNull());
  expect(asked.find(({ path }) => path.endsWith("/merge"))?.body).toEqual({
    contact_id: "c2",
    fields: { name: "Maria S. Lima", fields: {} },
  });
});

test("who may only read sees what was joined, and nothing to do", async () => {
  await show(answersOf([joined]), []);
  expect(await screen.findByText("Maria (balcão)")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Separar|Unir/ })).toBeNull();
});
