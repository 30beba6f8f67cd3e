import { expect, test } from "vitest";

import { displayFileName, displayName } from "@/shared/text/neutral";

test.each([
  ["fatura.pdf", "fatura.pdf"],
  ["../../x.html", "x.html"],
  ["C:\\windows\\x.exe", "x.exe"],
  ["foto\u202egpj.exe", "fotogpj.exe"],
  ["a\u0000b\nc.txt", "ab c.txt"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ["", "—"],
  ["مستند.pdf", "مستند.pdf"],
])("%j is shown as %j", (name, shown) => {
  expect(displayFileName(name)).toBe(shown);
});

test("a person's name keeps its slash", () => {
  expect(displayName("Ana / Clínica \u202eLua")).toBe("Ana / Clínica Lua");
});
