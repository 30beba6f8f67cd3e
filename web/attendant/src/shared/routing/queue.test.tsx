import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import { type PropsWithChildren } from "react";
import { afterEach, expect, test, vi } from "vitest";

import { useNext } from "./queue";

afterEach(() => vi.unstubAllGlobals());

function wrapper({ children }: PropsWithChildren) {
  return <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>;
}

const answer = (status: number, body: object) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

test("who got no answer and asks again sends the same request, and else another one", async () => {
  const keys: (string | null)[] = [];
  const answers = [
    () => Promise.reject(new TypeError("lost")),
    () => Promise.resolve(answer(200, { conversation_id: "k1" })),
    () => Promise.resolve(answer(409, { code: "queue_empty", title: "empty" })),
    () => Promise.resolve(answer(200, { conversation_id: "k2" })),
  ];
  vi.stubGlobal("fetch", (request: Request) => {
    keys.push(request.headers.get("Idempotency-Key"));
    return answers[keys.length - 1]?.();
  });
  const { result } = renderHook(() => useNext(), { wrapper });
  await expect(result.current.mutateAsync(null)).rejects.toThrow();
  await expect(result.current.mutateAsync(null)).resolves.toBe("k1");
  await expect(result.current.mutateAsync(null)).rejects.toThrow();
  await expect(result.current.mutateAsync(null)).resolves.toBe("k2");
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(3);
});
