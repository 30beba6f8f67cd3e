import { screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { problemFrom } from "@/shared/api/problem";
import { EMPTY_DRAFT } from "@/shared/conversations/drafts";
import { renderPart } from "@/shared/testing/part";

import type { PendingFile } from "../model/uploads";
import { FileTray } from "./FileTray";

beforeEach(() => {
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:x");
  vi.spyOn(URL, "revokeObjectURL").mockReturnValue();
});

function failed(status: number, body: object): PendingFile {
  return {
    id: "u1",
    conversationId: "k1",
    mode: "reply",
    file: new File(["x"], "contrato.pdf", { type: "application/pdf" }),
    mime_type: "application/pdf",
    as: undefined,
    held: false,
    progress: 0,
    error: problemFrom(status, () => null, body),
  };
}

const show = (item: PendingFile) => {
  const uploads = { pending: [item], originalOf: () => undefined, retry: vi.fn(), cancel: vi.fn() };
  return renderPart(
    <FileTray draft={EMPTY_DRAFT} uploads={uploads as never} capabilities={undefined} onFiles={() => undefined} />,
    { texts: ["composer"] },
  );
};

test.each([
  [413, { code: "storage_full", left: 3_000_000 }, "Não cabe: a empresa ainda tem 3 MB para arquivos"],
  [413, { code: "storage_full", left: 0 }, "O espaço de arquivos da empresa acabou"],
  [422, { code: "infected" }, "Tem um vírus e não pode ser enviado"],
  [503, { code: "scanner_unavailable" }, "A verificação de vírus não responde"],
  [413, { code: "too_large" }, "Grande demais para o servidor"],
])("a refused upload (%i %o) says why", async (status, body, text) => {
  await show(failed(status, body));
  expect(await screen.findByText(text)).toBeVisible();
});
