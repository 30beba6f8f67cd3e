import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { useComposerFocus } from "@/shared/conversations/composerFocus";
import { renderPart } from "@/shared/testing/part";

import { message } from "../testing";
import { Editing } from "./editing";
import { Selection } from "./selection";
import { useActionsOf } from "./useThreadActions";

const conversation = {
  id: "k",
  status: "open",
  channel: { kind: "whatsapp" },
  contact: { name: "Maria" },
} as Conversation;
const focused = vi.fn();

function Reacting() {
  const { react } = useActionsOf(conversation, {
    jumpTo: vi.fn(),
    openMenu: vi.fn(),
    tag: vi.fn(),
    selection: new Selection(),
    editing: new Editing(),
    ask: vi.fn(),
  });
  useComposerFocus("k", focused);
  return <button onClick={() => react(message({}), "👍")}>reagir</button>;
}

afterEach(() => {
  vi.restoreAllMocks();
  focused.mockClear();
});

async function react() {
  await renderPart(<Reacting />, { texts: ["thread"] });
  await userEvent.click(await screen.findByRole("button", { name: "reagir" }));
}

test("a reaction brings the cursor into the field as it is: on the message the next letter would be a command", async () => {
  await react();
  expect(focused).toHaveBeenCalledExactlyOnceWith(null);
});

test("by touch it does not: a keyboard would jump up", async () => {
  const listening = { addEventListener: vi.fn(), removeEventListener: vi.fn() };
  vi.spyOn(window, "matchMedia").mockImplementation(
    (query) => ({ ...listening, matches: query === "(hover: none)" }) as unknown as MediaQueryList,
  );
  await react();
  expect(focused).not.toHaveBeenCalled();
});
