import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { setTokenSource } from "@/shared/api/client";
import { ApiProblem, Unanswered } from "@/shared/api/problem";
import { upload } from "@/shared/api/upload";
import { isBusy } from "@/shared/update/reloadHolds";

/** The browser's request, answered by the test. */
class Request {
  static all: Request[] = [];
  readonly upload: { onprogress: ((event: object) => void) | null } = { onprogress: null };
  readonly headers = new Map<string, string>();
  status = 0;
  responseText = "";
  sent: FormData | null = null;
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;

  constructor() {
    Request.all.push(this);
  }

  open(): void {}

  setRequestHeader(name: string, value: string): void {
    this.headers.set(name, value);
  }

  getResponseHeader(name: string): string | null {
    return name === "X-Request-ID" ? "request-1" : null;
  }

  send(form: FormData): void {
    this.sent = form;
  }

  abort(): void {
    this.onabort?.();
  }

  answer(status: number, body: string): void {
    this.status = status;
    this.responseText = body;
    this.onload?.();
  }
}

const FILE = new File(["abc"], "foto.jpg", { type: "image/jpeg" });
let renewed: string | null;

beforeEach(() => {
  Request.all = [];
  renewed = "token-2";
  vi.stubGlobal("XMLHttpRequest", Request);
  setTokenSource({
    token: () => Promise.resolve("token-1"),
    renewed: () => Promise.resolve(renewed),
    owner: () => "me",
  });
});

afterEach(() => vi.unstubAllGlobals());

async function request(index = 0): Promise<Request> {
  return vi.waitFor(() => {
    const found = Request.all[index];
    if (found === undefined || found.sent === null) throw new Error("not sent yet");
    return found;
  });
}

test("the file goes out with its key and token, and its progress is told", async () => {
  const told: number[] = [];
  const { done } = upload(FILE, "key-1", (fraction) => told.push(fraction));
  const sent = await request();
  expect(sent.headers.get("Idempotency-Key")).toBe("key-1");
  expect(sent.headers.get("Authorization")).toBe("Bearer token-1");
  expect((sent.sent?.get("file") as File).name).toBe("foto.jpg");
  sent.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 });
  sent.upload.onprogress?.({ lengthComputable: false, loaded: 2, total: 0 });
  sent.upload.onprogress?.({ lengthComputable: true, loaded: 4, total: 4 });
  expect(isBusy(Date.now(), 0)).toBe(true);
  sent.answer(201, '{"id":"a1"}');
  expect(await done).toEqual({ id: "a1" });
  expect(told).toEqual([0.25, 1]);
  expect(isBusy(Date.now(), 0)).toBe(false);
});

test("a cancelled one ends as cancelled, under way or before it began", async () => {
  const { done, abort } = upload(FILE, "key-1");
  await request();
  abort();
  await expect(done).rejects.toMatchObject({ name: "AbortError" });
  const early = upload(FILE, "key-2");
  early.abort();
  await expect(early.done).rejects.toMatchObject({ name: "AbortError" });
  expect(Request.all).toHaveLength(1);
});

test("a token that is over is renewed once, with the same key", async () => {
  const { done } = upload(FILE, "key-1");
  (await request()).answer(401, "");
  const again = await request(1);
  expect(again.headers.get("Authorization")).toBe("Bearer token-2");
  expect(again.headers.get("Idempotency-Key")).toBe("key-1");
  again.answer(200, '{"id":"a1"}');
  expect(await done).toEqual({ id: "a1" });
});

test("a session that is over is refused, and nothing goes out again", async () => {
  renewed = null;
  const { done } = upload(FILE, "key-1");
  (await request()).answer(401, '{"code":"unauthorized"}');
  await expect(done).rejects.toMatchObject({ status: 401, code: "unauthorized" });
  expect(Request.all).toHaveLength(1);
});

test("a refusal is the API's problem, with its code", async () => {
  const { done } = upload(FILE, "key-1");
  (await request()).answer(413, '{"code":"too_large","title":"Too large"}');
  const error: unknown = await done.catch((problem: unknown) => problem);
  expect(error).toBeInstanceOf(ApiProblem);
  expect(error).toMatchObject({ status: 413, code: "too_large" });
});

test("a page of a proxy in place of the API's answer is a problem, too", async () => {
  const { done } = upload(FILE, "key-1");
  (await request()).answer(502, "<html>Bad gateway</html>");
  await expect(done).rejects.toMatchObject({ status: 502 });
});

test("no answer is said as no answer", async () => {
  const { done } = upload(FILE, "key-1");
  (await request()).onerror?.();
  await expect(done).rejects.toBeInstanceOf(Unanswered);
});
