import { expect, test, vi } from "vitest";

import { Unanswered } from "@/shared/api/problem";
import type { Drafts } from "@/shared/conversations/drafts";

import { Uploads } from "./uploads";

const drafts = { get: () => ({ text: "", replyTo: null, files: [] }), set: vi.fn() } as unknown as Drafts;

test("what the network stopped goes on when it is back, what the server refused does not", async () => {
  const errors: Record<string, Error> = {
    "a.pdf": new Unanswered("no network"),
    "b.pdf": new Error("no"),
  };
  const start = vi.fn((file: File) => ({ done: Promise.reject(errors[file.name] ?? new Error()), abort: vi.fn() }));
  const uploads = new Uploads(drafts, start);
  uploads.add("k", "reply", [new File(["x"], "a.pdf"), new File(["x"], "b.pdf")]);
  await vi.waitFor(() => expect(uploads.of("k", "reply").every(({ error }) => error !== null)).toBe(true));
  expect(start).toHaveBeenCalledTimes(2);
  uploads.wake();
  await vi.waitFor(() => expect(start).toHaveBeenCalledTimes(3));
  expect(start.mock.lastCall?.[0].name).toBe("a.pdf");
});
