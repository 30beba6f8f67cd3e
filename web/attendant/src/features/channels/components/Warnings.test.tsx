import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, renderPart } from "@/shared/testing/part";

import type { AccountWarning, Channel } from "../api/channels";
import { Warnings } from "./Warnings";

const words = (text: string) => ({ "pt-BR": text, en: text, es: text });
const warning = (changes: Partial<AccountWarning> = {}): AccountWarning => ({
  code: "not_subscribed",
  severity: "critical",
  texts: words("A página não entrega mensagens a este aplicativo"),
  detail: null,
  repairable: true,
  ...changes,
});
const PERMISSION = warning({
  code: "missing_permission",
  texts: words("O token perdeu uma permissão"),
  detail: "pages_messaging",
  repairable: false,
});

const show = (warnings: AccountWarning[], mayManage = true) =>
  renderPart(<Warnings channel={{ id: "a1", warnings } as Channel} mayManage={mayManage} />, {
    answers: { "POST /api/v1/channels/a1/repair": { id: "a1", warnings: [] } },
    texts: ["channels"],
  });

test("each says what is wrong and what the provider named, and one button mends what can be mended", async () => {
  const { asked, container } = await show([warning(), PERMISSION]);
  expect(await screen.findByText("A página não entrega mensagens a este aplicativo")).toBeVisible();
  expect(screen.getByText("pages_messaging")).toBeVisible();
  await expectAccessible(container);
  await userEvent.click(screen.getByRole("button", { name: "Corrigir" }));
  await waitFor(() =>
    expect(asked).toContainEqual(expect.objectContaining({ method: "POST", path: "/api/v1/channels/a1/repair" })),
  );
});

test.each([
  ["what cannot be mended from here", [PERMISSION], true],
  ["who does not manage channels", [warning()], false],
] as const)("%s: no button", async (_, warnings, mayManage) => {
  await show([...warnings], mayManage);
  expect(await screen.findByRole("alert")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Corrigir" })).toBeNull();
});

test("where nothing is wrong nothing is shown", async () => {
  await show([]);
  expect(screen.queryByRole("alert")).toBeNull();
});
