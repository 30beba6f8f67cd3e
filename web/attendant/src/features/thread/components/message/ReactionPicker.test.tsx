import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { renderPart } from "@/shared/testing/part";

import { ThreadContext, type ThreadActions } from "../../hooks/threadContext";
import { message } from "../../testing";
import { ReactionPicker } from "./ReactionPicker";

const react = vi.fn();
const done = vi.fn();

const show = (changes: Parameters<typeof message>[0] = {}) =>
  renderPart(
    <ThreadContext value={{ react } as unknown as ThreadActions}>
      <ReactionPicker message={message(changes)} done={done} />
    </ThreadContext>,
    { texts: ["thread", "composer"] },
  );

test("behind the plus are all emojis, with the cursor in their search", async () => {
  await show();
  await userEvent.click(await screen.findByRole("button", { name: "Outra reação" }));
  expect(await screen.findByRole("searchbox", { name: "Buscar emoji" })).toHaveFocus();
});

test("ours is shown and pressed in, whatever it is", async () => {
  await show({
    reactions: [{ emoji: "🎉", author: { type: "attendant", id: "me" }, at: "2026-11-22T15:00:00Z" }] as never,
  });
  await userEvent.click(await screen.findByRole("button", { name: "🎉", pressed: true }));
  expect(react).toHaveBeenCalledExactlyOnceWith(expect.anything(), "🎉");
  expect(done).toHaveBeenCalledOnce();
});
