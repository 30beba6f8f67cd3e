import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { expectAccessible, Refusal, renderPart, SILENCE } from "@/shared/testing/part";

import { StoragePage } from "./StoragePage";

const attachment = (id: string, name: string, size: number, mime_type: string) => ({
  id,
  name,
  size,
  mime_type,
  state: "ready",
  url: `/api/v1/attachments/${id}/content`,
});
const FULL = {
  bytes: 950_000_000,
  files: 3,
  limit: 1_000_000_000,
  left: 50_000_000,
  kinds: [
    { kind: "video", bytes: 900_000_000, files: 1 },
    { kind: "image", bytes: 49_000_000, files: 1 },
    { kind: "thumbnail", bytes: 1_000_000, files: 1 },
  ],
  largest: [
    {
      attachment: attachment("f1", "visita ao imóvel.mp4", 900_000_000, "video/mp4"),
      conversation_id: "k1",
      message_id: "m1",
      created_at: "2026-11-22T12:00:00.000Z",
    },
    {
      attachment: attachment("f2", "tabela.png", 49_000_000, "image/png"),
      conversation_id: null,
      message_id: null,
      created_at: "2026-11-22T12:00:00.000Z",
    },
  ],
};

const show = (answer: unknown) =>
  renderPart(<StoragePage />, { answers: { "GET /api/v1/storage": answer }, texts: ["storage", "settings"] });

test("what is used stands against the limit, with what is left", async () => {
  const { container } = await show(FULL);
  const meter = await screen.findByRole("meter", { name: "Espaço usado" });
  expect(meter).toHaveAttribute("aria-valuetext", "95% usado");
  expect(screen.getByText("950 MB")).toBeVisible();
  expect(screen.getByText("de 1 GB, em 3 arquivos")).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent("Restam só 50 MB");
  await expectAccessible(container);
});

test("what takes the room is told by kind, with its share", async () => {
  await show(FULL);
  const [, video, , thumbnails] = await screen.findAllByRole("row");
  expect(video).toHaveTextContent(/Vídeos95%1900 MB/);
  expect(thumbnails).toHaveTextContent(/Miniaturas0,1%11 MB/);
});

test("a large file leads to its message; one without says so", async () => {
  const { router } = await show(FULL);
  const list = within(await screen.findByRole("list"));
  expect(list.getByText(/Sem mensagem/)).toBeVisible();
  expect(list.getAllByRole("link")).toHaveLength(1);
  await userEvent.click(list.getByRole("link"));
  expect(router.state.location).toMatchObject({ pathname: "/inbox/all/k1", hash: "#message=m1" });
});

test("when nothing is left it says what that means", async () => {
  await show({ ...FULL, bytes: 1_100_000_000, left: 0 });
  expect(await screen.findByText(/O espaço acabou: atendentes não podem enviar arquivos/)).toBeVisible();
  expect(screen.getByRole("meter")).toHaveAttribute("aria-valuetext", "100% usado");
});

test("without a limit there is no bar, and without files it teaches", async () => {
  await show({ bytes: 0, files: 0, limit: null, left: null, kinds: [], largest: [] });
  expect(await screen.findByText("Nenhum arquivo ainda")).toBeVisible();
  expect(screen.getByText("Não há limite para esta empresa.")).toBeVisible();
  expect(screen.queryByRole("meter")).toBeNull();
});

test("an error says so and can be tried again; a wait holds the place", async () => {
  const failing = await show(new Refusal(503, { code: "unavailable" }));
  expect(await screen.findByText("Não foi possível calcular o espaço usado")).toBeVisible();
  failing.unmount();
  await show(SILENCE);
  expect(await screen.findByRole("heading", { name: "Armazenamento" })).toBeVisible();
});
