import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { CLOSING, OVERDUE, POSITION, REMINDER, SAMPLE_VALUES } from "./ownTexts";

const DOMAIN = join(process.cwd(), "../../services/routing/src/atd_routing/domain");

test.each([
  ["the place in the queue", POSITION, "telling/words.py"],
  ["that it takes longer", OVERDUE, "telling/words.py"],
  ["the reminder", REMINDER, "inactivity/texts.py"],
  ["the closing", CLOSING, "inactivity/texts.py"],
])("%s is shown as routing says it", (_, texts, file) => {
  const source = readFileSync(join(DOMAIN, file), "utf8");
  for (const text of Object.values(texts)) expect(source).toContain(text);
});

test("examples of variables are those of routing's own preview", () => {
  const source = readFileSync(join(DOMAIN, "variables.py"), "utf8");
  for (const [name, value] of Object.entries(SAMPLE_VALUES)) expect(source).toContain(`"${name}": "${value}"`);
});
