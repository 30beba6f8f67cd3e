import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { Attachment } from "@/shared/api/types";
import { renderPart } from "@/shared/testing/part";

import { Waiting } from "./Waiting";

const FILE = { id: "f1", name: "boleto.pdf", mime_type: "application/pdf", size: 9, url: "/f1" } as Attachment;

describe("a file that is not here", () => {
  it("waits for the virus scan, and says for what", async () => {
    await renderPart(<Waiting file={{ ...FILE, state: "scanning" }} />, { texts: ["thread"] });
    expect(await screen.findByRole("status")).toHaveTextContent("boleto.pdf: aguardando a verificação de vírus");
    expect(screen.queryByRole("link")).toBeNull();
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("is blocked when it has a virus, with what to do now", async () => {
    const texts = { "pt-BR": "Avise o cliente e peça outro arquivo.", en: "Tell them.", es: "Avisa." };
    const error = { code: "file_infected", message: texts["pt-BR"], texts, retryable: false };
    await renderPart(<Waiting file={{ ...FILE, state: "infected", error }} />, { texts: ["thread"] });
    expect(await screen.findByText(/boleto\.pdf: bloqueado, contém vírus/)).toBeVisible();
    expect(screen.getByText("Avise o cliente e peça outro arquivo.")).toBeVisible();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

it("a video over 20 MB that cannot be had says why, keeps its caption, and offers no second try", async () => {
  const error = { code: "too_large", message: "Mais de 20 MB", texts: {}, retryable: false };
  const video = {
    id: "v",
    name: "v.mp4",
    mime_type: "video/mp4",
    size: null,
    url: "",
    state: "failed",
    error,
  } as const;
  await renderPart(<Waiting file={video} caption="veja isto" />, { texts: ["thread"] });
  expect(await screen.findByText("Mais de 20 MB")).toBeVisible();
  expect(screen.getByText("veja isto")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});
