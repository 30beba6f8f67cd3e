/** For tests of components: what stands around them in the client, and a server that answers by a table. */
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { render, type RenderResult } from "@testing-library/react";
import axe from "axe-core";
import i18next from "i18next";
import { Suspense, type ReactElement } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { expect, vi } from "vitest";

import { setTokenSource } from "@/shared/api/client";
import { createQueryClient } from "@/shared/api/queryClient";
import type { Me } from "@/shared/api/types";
import { startTexts } from "@/shared/i18n";
import { RealtimeProvider } from "@/shared/realtime/RealtimeProvider";
import type { Session } from "@/shared/session/session";
import { SessionProvider } from "@/shared/session/SessionProvider";
import { theme } from "@/shared/theme/theme";

/** What the server answers, by "GET /api/v1/contacts/1" with or without the query; a function sees the request. */
export type Answers = Record<string, unknown>;

export class Refusal {
  constructor(
    readonly status: number,
    readonly body: object,
  ) {}
}

/** Never answers. */
export const SILENCE = Symbol("silence");

export interface Asked {
  method: string;
  path: string;
  body: unknown;
  /** The version that it is to be saved over. */
  over?: number;
}

const ALL = [
  "attendants:manage",
  "attendants:read",
  "channels:manage",
  "channels:read",
  "contacts:read",
  "conversations:assign",
  "conversations:read",
  "conversations:write",
];

export const me: Me = {
  id: "me",
  name: "Ana Admin",
  email: "ana@exemplo.test",
  role: "admin",
  active: true,
  visibility: "all",
  version: 1,
  tenant: { id: "t", name: "Clínica Exemplo" },
  permissions: ALL,
};

interface Options {
  answers?: Answers;
  /** Where the component stands, and the pattern of that address. */
  at?: string;
  path?: string;
  permissions?: string[];
  /** Namespaces of texts; `app` is always there. */
  texts: string[];
}

export interface Part extends RenderResult {
  asked: Asked[];
  client: QueryClient;
  router: ReturnType<typeof createMemoryRouter>;
}

export async function renderPart(element: ReactElement, options: Options): Promise<Part> {
  const { answers = {}, at = "/", path = "*", permissions = ALL, texts } = options;
  const asked = answerBy(answers);
  vi.stubGlobal("WebSocket", SilentSocket);
  if (!i18next.isInitialized) await startTexts("pt-BR");
  await i18next.loadNamespaces(texts);
  const client = createQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retry: false } });
  const state = { status: "signed_in", me: { ...me, permissions } };
  const session = {
    getState: () => state,
    subscribe: () => () => undefined,
    token: () => Promise.resolve("token"),
    renewed: () => Promise.resolve(null),
  } as unknown as Session;
  setTokenSource({ token: () => Promise.resolve("token"), renewed: () => Promise.resolve(null), owner: () => "me" });
  const router = createMemoryRouter(
    [
      { path, element },
      { path: "*", element: <p>elsewhere</p> },
    ],
    {
      initialEntries: [at],
    },
  );
  const result = render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={client}>
        <SessionProvider session={session}>
          <RealtimeProvider>
            <Suspense fallback={null}>
              <RouterProvider router={router} />
            </Suspense>
          </RealtimeProvider>
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...result, asked, client, router };
}

class SilentSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  readonly readyState = 0;
  addEventListener(): void {}
  removeEventListener(): void {}
  send(): void {}
  close(): void {}
}

function answerBy(answers: Answers): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.clone().text();
    const over = request.headers.get("If-Match");
    const one = {
      method: request.method,
      path: pathname + search,
      body: text === "" ? null : (JSON.parse(text) as unknown),
      ...(over !== null && { over: Number(over.replaceAll('"', "")) }),
    };
    asked.push(one);
    const found = answers[`${one.method} ${one.path}`] ?? answers[`${one.method} ${pathname}`];
    const answer: unknown = typeof found === "function" ? (found as (asked: Asked) => unknown)(one) : found;
    if (answer === SILENCE) return new Promise(() => undefined);
    if (answer instanceof Refusal) return json(answer.status, answer.body);
    if (answer === undefined) return json(404, { code: "not_found", title: `no answer for ${one.method} ${one.path}` });
    return answer === null ? new Response(null, { status: 204 }) : json(200, answer);
  });
  return asked;
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

/** axe finds nothing. Colours and the landmarks of the whole page are not here: they are looked at in the browser. */
export async function expectAccessible(element: Element): Promise<void> {
  const { violations } = await axe.run(element, {
    iframes: false,
    rules: {
      "color-contrast": { enabled: false },
      region: { enabled: false },
    },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)).toEqual([]);
}
