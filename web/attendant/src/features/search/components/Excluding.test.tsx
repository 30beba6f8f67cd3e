import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { expectAccessible, renderPart, type Asked } from "@/shared/testing/part";

import { Excluding, type SetFilter } from "./Excluding";

const COUNT = "GET /api/v1/search/count";
const QUERY = { q: "boleto", tag: "t1", direction: "note" };
const found = (total: number, exact = true) => ({ total, exact, limit: 1000 });

function filters(remove = vi.fn()): SetFilter[] {
  return [
    { id: "tag", name: "Tag: Reclamação", without: { q: "boleto", direction: "note" }, remove },
    { id: "direction", name: "De quem: Notas internas", without: { q: "boleto", tag: "t1" }, remove: vi.fn() },
  ];
}

/** Answers by which of the filters is left. */
const counts = (withoutTag: object, withoutDirection: object, none: object) => ({
  [COUNT]: ({ path }: Asked) =>
    path.includes("direction=") ? withoutTag : path.includes("tag=") ? withoutDirection : none,
});

const show = (answers: object, some = filters(), onWiden = vi.fn()) =>
  renderPart(<Excluding query={QUERY} filters={some} onWiden={onWiden} />, {
    answers: { ...answers },
    texts: ["search"],
  });

test("the filter that excludes is named, with what there is without it, and goes by a click", async () => {
  const remove = vi.fn();
  const { container } = await show(counts(found(12), found(0), found(40)), filters(remove));
  await userEvent.click(await screen.findByRole("button", { name: "Tirar “Tag: Reclamação” (12 mensagens)" }));
  expect(remove).toHaveBeenCalledOnce();
  expect(screen.queryByRole("button", { name: /Notas internas/ })).toBeNull();
  expect(await screen.findByRole("button", { name: "Tirar todos os filtros (40 mensagens)" })).toBeVisible();
  await expectAccessible(container);
});

test("filters that exclude only together say so", async () => {
  const onWiden = vi.fn();
  await show(counts(found(0), found(0), found(1000, false)), filters(), onWiden);
  expect(await screen.findByText(/Nenhum filtro sozinho exclui/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Tirar todos os filtros (mais de 1000 mensagens)" }));
  expect(onWiden).toHaveBeenCalledOnce();
});

test("where there is nothing without filters either, it says so", async () => {
  await show(counts(found(0), found(0), found(0)));
  expect(await screen.findByText("Também não há nada para “boleto” sem os filtros.")).toBeVisible();
});
