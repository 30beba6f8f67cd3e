import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { beforeAll, expect, test, vi } from "vitest";

import { startTexts } from "@/shared/i18n";

import { message } from "../testing";
import { PictureDialog } from "./PictureDialog";

beforeAll(async () => {
  await startTexts("pt-BR");
  await i18next.loadNamespaces("thread");
});

const picture = (id: string) => {
  const file = { id, name: "foto.jpg", mime_type: "image/jpeg", size: 9, url: `/${id}`, state: "ready" } as const;
  return { message: message({ kind: "image", text: null, attachments: [file] }), file };
};

test("the arrow keys go through the pictures, plus and minus make it larger and smaller", async () => {
  const go = vi.fn();
  render(
    <MantineProvider>
      <PictureDialog pictures={["p1", "p2", "p3"].map(picture)} shown="p2" show={go} close={() => undefined} />
    </MantineProvider>,
  );
  const shown = await screen.findByRole("img", { name: "Foto" });
  await userEvent.keyboard("+");
  expect(shown.style.transform).toContain("scale(1.5)");
  await userEvent.keyboard("-{ArrowLeft}{ArrowRight}");
  expect(shown.style.transform).toContain("scale(1)");
  expect(go.mock.calls).toEqual([["p1"], ["p3"]]);
});
