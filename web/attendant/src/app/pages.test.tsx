/** Sign-in, settings and palette as people use them; axe finds nothing on them in either theme. */
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";

import { settingsPages } from "@/app/settings";
import { LoginPage } from "@/features/auth";
import { CommandPalette, KeyboardHelp } from "@/features/palette";
import { SettingsFrame } from "@/features/settings";
import { keys } from "@/shared/api/keys";
import { createQueryClient } from "@/shared/api/queryClient";
import { startTexts } from "@/shared/i18n";
import { useKeyboard, useShortcut } from "@/shared/keyboard/useShortcut";
import { Session } from "@/shared/session/session";
import { SessionProvider } from "@/shared/session/SessionProvider";

const ME = {
  id: "1",
  name: "Ana",
  email: "ana@exemplo.test",
  role: "attendant",
  active: true,
  tenant: { id: "t", name: "Clínica" },
  permissions: ["conversations:read"],
};
const SAMPLE = { email: "admin@exemplo.test", password: "atendimento" };

type Answer = [status: number, body: unknown, headers?: Record<string, string>];
let answers: Record<string, Answer>;

beforeAll(() => startTexts("pt-BR"));

beforeEach(() => {
  localStorage.clear();
  answers = {
    "/api/v1/auth/login": [200, { access_token: "a", expires_in: 900, attendant: ME }],
    "/api/v1/sessions": [200, { items: [] }],
  };
  vi.stubGlobal("fetch", (input: Request | string) => {
    const path = new URL(typeof input === "string" ? input : input.url, "http://localhost").pathname;
    const [status, body, headers] = answers[path] ?? [404, {}];
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: headers ?? {} }));
  });
});

interface Options {
  at?: string;
  theme?: "light" | "dark";
  signedIn?: boolean;
  sample?: typeof SAMPLE | null;
}

async function show(content: ReactNode, options: Options = {}) {
  const { at = "/", theme = "light", signedIn = true, sample = null } = options;
  const client = createQueryClient();
  client.setQueryData(keys.client(), { build: null, sample_login: sample, sandbox_url: null });
  const session = new Session();
  if (signedIn) await session.login("ana@exemplo.test", "x");
  const router = createMemoryRouter(
    [
      { path: "/settings/:page?", element: content },
      { path: "*", element: content },
    ],
    {
      initialEntries: [at],
    },
  );
  return render(
    <MantineProvider forceColorScheme={theme} env="test">
      <QueryClientProvider client={client}>
        <SessionProvider session={session}>
          <RouterProvider router={router} />
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

/** Colours are not computed here; they are checked in the browser. */
async function violations(): Promise<string[]> {
  const options = { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } };
  const { violations: found } = await axe.run(document.body, options);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const type = async (label: RegExp, text: string) => {
  const field = screen.getByLabelText(label, { selector: "input" });
  await userEvent.clear(field);
  await userEvent.type(field, text);
};
const submit = () => userEvent.click(screen.getByRole("button", { name: "Entrar" }));

test("the sample's login stands there", async () => {
  await show(<LoginPage expired={false} />, { signedIn: false, sample: SAMPLE });
  expect(await screen.findByDisplayValue(SAMPLE.email)).toBeInTheDocument();
  expect(screen.getByDisplayValue(SAMPLE.password)).toBeInTheDocument();
});

test("a wrong password is said, and what was typed stays", async () => {
  answers["/api/v1/auth/login"] = [401, { code: "unauthenticated" }];
  await show(<LoginPage expired={false} />, { signedIn: false });
  await type(/E-mail/, "ana@exemplo.test");
  await type(/Senha/, "errada");
  await submit();
  expect(await screen.findByText(/não conferem/)).toBeInTheDocument();
  expect(screen.getByDisplayValue("ana@exemplo.test")).toBeInTheDocument();
});

test("too many attempts: the seconds are counted, and the button waits", async () => {
  answers["/api/v1/auth/login"] = [429, { code: "rate_limited" }, { "Retry-After": "42" }];
  await show(<LoginPage expired={false} />, { signedIn: false });
  await type(/E-mail/, "ana@exemplo.test");
  await type(/Senha/, "errada");
  await submit();
  expect(await screen.findByText(/em 4\d segundos/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Entrar" })).toBeDisabled();
  await type(/E-mail/, "bia@exemplo.test");
  expect(screen.getByRole("button", { name: "Entrar" })).toBeEnabled();
});

test("what is missing is said beside its field, in the person's language", async () => {
  await show(<LoginPage expired={false} />, { signedIn: false });
  await type(/E-mail/, "ana");
  await submit();
  const email = screen.getByLabelText(/E-mail/);
  expect(email).toHaveAccessibleDescription(/e-mail completo/);
  expect(email).toHaveFocus();
  await type(/E-mail/, "ana@exemplo.test");
  await submit();
  expect(screen.getByLabelText(/Senha/, { selector: "input" })).toHaveFocus();
});

test("the e-mail is remembered, and an ended session is explained", async () => {
  const first = await show(<LoginPage expired={false} />, { signedIn: false });
  await type(/E-mail/, "ana@exemplo.test");
  await type(/Senha/, "certa");
  await submit();
  await vi.waitFor(() => expect(localStorage.getItem("atd-email")).toBe("ana@exemplo.test"));
  first.unmount();
  await show(<LoginPage expired />, { signedIn: false });
  expect(screen.getByDisplayValue("ana@exemplo.test")).toBeInTheDocument();
  expect(screen.getByText(/Sua sessão terminou/)).toBeInTheDocument();
});

test("a setting is found by a word in another language", async () => {
  await show(<SettingsFrame pages={settingsPages} />, { at: "/settings/profile" });
  await userEvent.type(await screen.findByRole("searchbox"), "night mode");
  expect(await screen.findByRole("link", { name: /Tema/ })).toHaveAttribute("href", "/settings/appearance#theme");
});

test("Enter opens the first that was found, and the tab says where one is", async () => {
  await show(<SettingsFrame pages={settingsPages} />, { at: "/settings/profile" });
  const box = await screen.findByRole("searchbox");
  for (const [query, found] of [
    ["sessao", "Sessões"],
    ["e-mail", "E-mail"],
    ["notificacao", "Notificações"],
  ]) {
    await userEvent.clear(box);
    await userEvent.type(box, query ?? "");
    expect((await screen.findAllByRole("link", { name: new RegExp(found ?? "") })).length).toBeGreaterThan(0);
  }
  await userEvent.clear(box);
  await userEvent.type(box, "sessao{Enter}");
  expect(await screen.findByRole("heading", { level: 1, name: "Sessões" })).toBeInTheDocument();
  await vi.waitFor(() => expect(document.title).toContain("Sessões"));
});

test("a page that needs a permission is not shown", async () => {
  const forbidden = settingsPages.map((page) => ({ ...page, permission: "nobody:has" }));
  await show(<SettingsFrame pages={[...settingsPages.slice(0, 1), ...forbidden.slice(1)]} />, {
    at: "/settings/sessions",
  });
  expect(await screen.findByRole("link", { name: "Perfil" })).toBeInTheDocument();
  expect(screen.queryByRole("link", { name: "Sessões" })).toBeNull();
});

const closed = vi.fn();

function WithPalette() {
  useKeyboard();
  useShortcut({ keys: "e", label: "Encerrar conversa", scope: "conversation", run: closed });
  return (
    <>
      <button>antes</button>
      <CommandPalette useSources={() => ({ sources: [], searching: false })} />
      <KeyboardHelp />
    </>
  );
}

test("the palette runs an action by a few letters, and the focus returns", async () => {
  await show(<WithPalette />);
  screen.getByRole("button", { name: "antes" }).focus();
  await userEvent.keyboard("{Control>}k{/Control}");
  const box = await screen.findByRole("combobox");
  await userEvent.type(box, "encer");
  expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual([
    expect.stringContaining("Encerrar"),
  ]);
  expect(await violations()).toEqual([]);
  await userEvent.keyboard("{Enter}");
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  await vi.waitFor(() => expect(screen.getByRole("button", { name: "antes" })).toHaveFocus());
});

test("? lists the shortcuts", async () => {
  await show(<WithPalette />);
  await userEvent.keyboard("?");
  expect(await screen.findByText("Encerrar conversa")).toBeInTheDocument();
});

test.each(["light", "dark"] as const)("axe finds nothing on the sign-in (%s)", async (theme) => {
  await show(<LoginPage expired />, { signedIn: false, theme });
  await screen.findByRole("heading", { name: "Entrar" });
  expect(await violations()).toEqual([]);
});

test.each(settingsPages.map(({ id }) => id))("axe finds nothing on the settings' page %s", async (id) => {
  await show(<SettingsFrame pages={settingsPages} />, { at: `/settings/${id}` });
  await screen.findByRole("heading", { level: 1 });
  expect(await violations()).toEqual([]);
});
