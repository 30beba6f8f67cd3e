import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import { expectAccessible, renderPart } from "@/shared/testing/part";

import { phonePanel } from "../phonePanel";
import { PhonePanel } from "./PhonePanel";
import { TryAsCustomer } from "./TryAsCustomer";

const client = (sandbox_url: string | null) => ({
  "GET /api/v1/client": { build: null, sample_login: null, sandbox_url, time_zone: "America/Sao_Paulo", languages: [] },
});

const show = (url: string | null = "http://phone.test") =>
  renderPart(
    <>
      <TryAsCustomer />
      <PhonePanel />
    </>,
    { answers: client(url), texts: ["sandbox"] },
  );

const roomy = (is: boolean) =>
  vi
    .spyOn(window, "matchMedia")
    .mockImplementation(
      (media) =>
        ({ matches: is, media, addEventListener: () => undefined, removeEventListener: () => undefined }) as never,
    );

beforeEach(() => phonePanel.set({ open: false, width: 400 }));

test("the phone opens beside the client, and Escape closes it", async () => {
  roomy(true);
  const { container } = await show();
  await userEvent.click(await screen.findByRole("button", { name: "Experimentar como cliente" }));
  expect(screen.getByTitle("Celular de teste")).toHaveAttribute("src", "http://phone.test");
  expect(localStorage.getItem("atd-phone")).toContain('"open":true');
  await expectAccessible(container.querySelector("header") ?? container);
  screen.getByRole("button", { name: "Fechar o celular" }).focus();
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByTitle("Celular de teste")).toBeNull();
});

test("its width is changed by keys and remembered", async () => {
  roomy(true);
  phonePanel.set({ open: true });
  await show();
  (await screen.findByRole("separator", { name: "Largura do celular" })).focus();
  await userEvent.keyboard("{ArrowLeft}");
  expect(screen.getByRole("complementary")).toHaveStyle({ width: "416px" });
});

test("in a window of its own it is no longer beside the client", async () => {
  roomy(true);
  phonePanel.set({ open: true });
  const opened = vi.spyOn(window, "open").mockReturnValue(null);
  await show();
  await userEvent.click(await screen.findByRole("button", { name: "Abrir em janela própria" }));
  expect(opened).toHaveBeenCalledWith("http://phone.test", "atd-phone", expect.stringContaining("popup"));
  expect(screen.queryByTitle("Celular de teste")).toBeNull();
});

test("a small screen opens it in a tab", async () => {
  roomy(false);
  const opened = vi.spyOn(window, "open").mockReturnValue(null);
  await show();
  await userEvent.click(await screen.findByRole("button", { name: "Experimentar como cliente" }));
  expect(opened).toHaveBeenCalledWith("http://phone.test", "_blank", "noopener");
  expect(screen.queryByTitle("Celular de teste")).toBeNull();
});

test("nothing of it where the server has no phone", async () => {
  const { asked } = await show(null);
  await vi.waitFor(() => expect(asked.some(({ path }) => path === "/api/v1/client")).toBe(true));
  expect(screen.queryByRole("button")).toBeNull();
});
