import { expect, test } from "vitest";

import { handlingOf, outdated } from "@/sw/rules";

const ORIGIN = "https://atendimento.test";
const ask = (path: string, mode = "no-cors", method = "GET") =>
  handlingOf({ method, mode, url: new URL(path, ORIGIN).href }, ORIGIN, ["/theme.js", "/favicon.svg"]);

test.each([
  ["/api/v1/conversations"],
  ["/api/v1/attachments/1/content"],
  ["/api"],
  ["/ws"],
  ["/webhooks/whatsapp/1"],
  ["/sw.js"],
  ["https://elsewhere.test/assets/a.js"],
])("%s is left to the network", (path) => {
  expect(ask(path)).toBe("leave");
  expect(ask(path, "no-cors", "POST")).toBe("leave");
});

test("an address of the API that is opened as a page is left to the network", () => {
  expect(ask("/api/openapi.json", "navigate")).toBe("leave");
});

test("the client's own files and pages are answered", () => {
  expect(ask("/assets/index-abc.js")).toBe("asset");
  expect(ask("/theme.js")).toBe("root_file");
  expect(ask("/inbox/mine/1", "navigate")).toBe("page");
  expect(ask("/inbox/mine/1", "navigate", "POST")).toBe("leave");
});

test("the build before stays for the tabs that run on it, and nobody else's cache is touched", () => {
  expect(outdated(["other", "atd-shell-1", "atd-shell-2", "atd-shell-3"], "atd-shell-3")).toEqual(["atd-shell-1"]);
  expect(outdated(["atd-shell-3"], "atd-shell-3")).toEqual([]);
});
