/** Whom a conversation can be transferred to, and that no key is lost on the way to the dialog. */
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { useKeyboard, useShortcut } from "@/shared/keyboard/useShortcut";
import { expectAccessible, renderPart } from "@/shared/testing/part";

import { AssignDialog } from "./AssignDialog";

const BRUNA = { id: "b", name: "Bruna", active: true };
const CAIO = { id: "c", name: "Caio", active: true };
const assigned = vi.fn();
const behind = vi.fn();

function Header({ assignee }: { assignee: { id: string; name: string } | null }) {
  useKeyboard();
  const [opened, setOpened] = useState(false);
  useShortcut({ keys: "a", label: "Transferir", scope: "conversation", run: () => setOpened(true) });
  useShortcut({ keys: "e", label: "Encerrar", scope: "conversation", run: behind });
  return (
    <>
      <button>antes</button>
      <AssignDialog
        opened={opened}
        conversation={{ id: "k", assignee } as Conversation}
        close={() => setOpened(false)}
        assign={assigned}
      />
    </>
  );
}

async function show(assignee: { id: string; name: string } | null) {
  const part = await renderPart(<Header assignee={assignee} />, {
    answers: { "GET /api/v1/attendants": { items: [CAIO, BRUNA, { id: "me", name: "Ana Admin", active: true }] } },
    texts: ["thread"],
  });
  (await screen.findByRole("button", { name: "antes" })).focus();
  return part;
}

const offered = () => screen.getAllByRole("option").map((option) => option.querySelector("bdi")?.textContent);

afterEach(() => vi.unstubAllGlobals());

test("the keys after the one that opens it are typed into its field", async () => {
  await show(null);
  const hand = userEvent.setup({ delay: null });
  await hand.keyboard("ae");
  expect(screen.getByRole("combobox")).toHaveValue("e");
  expect(screen.getByRole("combobox")).toHaveFocus();
  expect(behind).not.toHaveBeenCalled();
  await expectAccessible(document.body);
  await hand.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.getByRole("button", { name: "antes" })).toHaveFocus();
});

test.each([
  [null, ["Ana Admin", "Bruna", "Caio"]],
  [BRUNA, ["Ana Admin", "Bruna", "Caio", "Devolver para a fila"]],
  [{ id: "me", name: "Ana Admin" }, ["Bruna", "Caio", "Devolver para a fila"]],
])("what is with %j can be transferred to %j", async (assignee, names) => {
  await show(assignee);
  await userEvent.keyboard("a");
  await waitFor(() => expect(offered()).toEqual(names));
});

test("it goes back to the queue by a few letters", async () => {
  await show(BRUNA);
  await userEvent.keyboard("a");
  await screen.findByRole("dialog");
  await userEvent.keyboard("fila{Enter}");
  expect(assigned).toHaveBeenCalledWith(null);
  expect(screen.queryByRole("dialog")).toBeNull();
});
