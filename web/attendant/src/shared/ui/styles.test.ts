/** A class that no stylesheet has is `undefined`: nothing fails, and the part stands there as the browser draws it. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const parts = import.meta.glob<string>(["/src/**/*.{ts,tsx}", "!/src/**/*.test.{ts,tsx}"], {
  eager: true,
  query: "?raw",
  import: "default",
});

const IMPORT = /import (\w+) from "(.+\.module\.css)";/g;

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What stands in the file that a part at `from` imports by `path`; nothing, if it is not there. */
function sheetOf(from: string, path: string): string {
  const file = path.startsWith("@/") ? resolve(root, "src", path.slice(2)) : resolve(root, `.${dirname(from)}`, path);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

test("every class that a part names is in its stylesheet", () => {
  const missing = Object.entries(parts).flatMap(([from, code]) =>
    [...code.matchAll(IMPORT)].flatMap(([, name = "", path = ""]) => {
      const sheet = sheetOf(from, path);
      const used = [...code.replace(IMPORT, "").matchAll(new RegExp(`\\b${name}\\.(\\w+)`, "g"))].map(
        ([, one = ""]) => one,
      );
      return [...new Set(used)]
        .filter((one) => !new RegExp(`\\.${one}(?![\\w-])`).test(sheet))
        .map((one) => `${from}: ${one}`);
    }),
  );
  expect(missing).toEqual([]);
});
