import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { renderPart } from "@/shared/testing/part";

import { CAPABILITIES } from "../model/fixtures.testing";
import { InteractiveDialog } from "./InteractiveDialog";

const submit = vi.fn(() => Promise.resolve());
vi.mock("../hooks/useDialogSending", () => ({ useDialogSending: () => ({ submit, sending: false, problem: null }) }));

beforeEach(async () => {
  submit.mockClear();
  await renderPart(
    <InteractiveDialog
      conversation={{ id: "k" } as Conversation}
      capabilities={CAPABILITIES}
      draft={{ text: "Qual horário?", replyTo: null, files: [] }}
      onClose={vi.fn()}
    />,
    { texts: ["composer"] },
  );
  await screen.findByRole("textbox", { name: /^Botão 1/ });
});

const input = (name: RegExp) => screen.getByRole("textbox", { name });

test("Enter in a button's field sends nothing: it leads to a further button, and Ctrl+Enter sends them all", async () => {
  await userEvent.type(input(/^Botão 1/), "Manhã{Enter}");
  await waitFor(() => expect(input(/^Botão 2/)).toHaveFocus());
  expect(submit).not.toHaveBeenCalled();
  await userEvent.keyboard("Tarde{Control>}{Enter}{/Control}");
  expect(submit).toHaveBeenCalledOnce();
  expect(JSON.stringify(submit.mock.calls)).toMatch(/Manhã.*Tarde/);
});

test("Enter in an empty button's field goes on, and at last to the button that sends", async () => {
  await userEvent.type(input(/^Botão 1/), "{Enter}");
  expect(input(/^Título/)).toHaveFocus();
  await userEvent.keyboard("{Enter}{Enter}");
  expect(screen.getByRole("button", { name: "Enviar" })).toHaveFocus();
  expect(submit).not.toHaveBeenCalled();
});

test("in a list Enter goes from an option to its description and to a further option", async () => {
  await userEvent.click(screen.getByRole("radio", { name: "Lista" }));
  await userEvent.type(input(/^Opção 1/), "Manhã{Enter}");
  expect(input(/^Descrição/)).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(input(/^Opção 2/)).toHaveFocus());
});
