import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, renderPart } from "@/shared/testing/part";

import { SessionsPage } from "./SessionsPage";

const place = (id: string, current = false) => ({
  id,
  current,
  device: "Firefox · Linux",
  created_at: "2026-11-01T10:00:00Z",
  last_used_at: "2026-11-01T10:00:00Z",
});

test("all other sessions end by one button, this one stays", async () => {
  let items = [place("a", true), place("b"), place("c")];
  const { asked, container } = await renderPart(<SessionsPage />, {
    answers: {
      "GET /api/v1/sessions": () => ({ items, next_cursor: null }),
      "DELETE /api/v1/sessions/b": {},
      "DELETE /api/v1/sessions/c": () => {
        items = [place("a", true)];
        return {};
      },
    },
    texts: ["settings"],
  });
  const all = await screen.findByRole("button", { name: "Encerrar todas as outras" });
  await expectAccessible(container);
  await userEvent.click(all);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Encerrar todas as outras" })).toBeNull());
  expect(asked.filter(({ method }) => method === "DELETE").map(({ path }) => path)).toEqual([
    "/api/v1/sessions/b",
    "/api/v1/sessions/c",
  ]);
});
