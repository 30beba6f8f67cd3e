/** Texts are complete: the same keys, placeholders and plurals in every language, and none that nobody shows. */
import { expect, test } from "vitest";

import { LANGUAGES, startTexts, type Language } from "@/shared/i18n";

interface Texts {
  [key: string]: string | Texts;
}

const files = import.meta.glob<{ default: Texts }>("./locales/*/*.json", { eager: true });
const sources = import.meta.glob<string>(["/src/**/*.{ts,tsx}", "!/src/**/*.test.{ts,tsx}"], {
  eager: true,
  query: "?raw",
  import: "default",
});

const languageFiles = import.meta.glob<{ texts: Texts }>("./languages/*.ts", { eager: true });

const PLURAL = /_(zero|one|two|few|many|other)$/;
const namespaces = [...new Set(Object.keys(files).map((path) => path.split("/").at(-1)?.replace(".json", "") ?? ""))];
const code = Object.values(sources).join("\n");

function flat(texts: Texts, path = ""): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value] as [string, string]] : flat(value, `${path}${key}.`),
  );
}

function textsOf(language: Language, namespace: string): Map<string, string> {
  return new Map(flat(files[`./locales/${language}/${namespace}.json`]?.default ?? {}));
}

const base = (key: string) => key.replace(PLURAL, "");
const placeholders = (text: string) => [...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}/g)].map((found) => found[1]).sort();

test.each(namespaces)("%s has the same keys in every language", (namespace) => {
  const [first, ...others] = LANGUAGES.map((language) =>
    [...new Set([...textsOf(language, namespace).keys()].map(base))].sort(),
  );
  for (const other of others) expect(other).toEqual(first);
});

test.each(namespaces)("%s has no empty text, and the same placeholders in every language", (namespace) => {
  const portuguese = textsOf("pt-BR", namespace);
  const wanted = new Map([...portuguese].map(([key, text]) => [base(key), text]));
  for (const language of LANGUAGES) {
    for (const [key, text] of textsOf(language, namespace)) {
      expect(text.trim(), `${language} ${namespace}:${key}`).not.toBe("");
      const same = placeholders(wanted.get(base(key)) ?? "");
      // "One" may say it in words.
      if (!key.endsWith("_one")) expect(placeholders(text), `${language} ${namespace}:${key}`).toEqual(same);
    }
  }
});

test.each(LANGUAGES)("plurals of %s have the forms of the language", (language) => {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  for (const namespace of namespaces) {
    const found = new Map<string, string[]>();
    for (const key of textsOf(language, namespace).keys()) {
      const form = PLURAL.exec(key)?.[1];
      if (form !== undefined) found.set(base(key), [...(found.get(base(key)) ?? []), form]);
    }
    for (const [key, has] of found) {
      // "Many" is for millions, which nothing here counts.
      expect(has, `${language} ${namespace}:${key}`).toEqual(expect.arrayContaining(["one", "other"]));
      expect(forms, `${language} ${namespace}:${key}`).toEqual(expect.arrayContaining(has));
    }
  }
});

/** `t(`rail.${name}`)` in a source uses every key that begins and ends like it. */
const built = [...code.matchAll(/`([\w.]+\.)?\$\{[^}`]+\}(\.?[\w.]*)`/g)]
  .map((found) => ({ before: found[1] ?? "", after: found[2] ?? "" }))
  .filter(({ before }) => before !== "");

/** All that stands between two quotes of a kind: to look for each key in all of the code takes a minute. */
const quoted = new Set([...code.matchAll(/(["`])(?=([^"`\n]{1,200})\1)/g)].map((found) => found[2]));

function isUsed(namespace: string, key: string): boolean {
  const plain = base(key);
  if (quoted.has(plain) || quoted.has(`${namespace}:${plain}`)) return true;
  return built.some(({ before, after }) => {
    const start = before.replace(`${namespace}:`, "");
    return plain.startsWith(start) && plain.endsWith(after) && plain.length > start.length + after.length;
  });
}

test.each(namespaces)("every text of %s is shown somewhere", (namespace) => {
  const unused = [...textsOf("pt-BR", namespace).keys()].filter((key) => !isUsed(namespace, key));
  expect(unused).toEqual([]);
});

test.each(LANGUAGES)("every namespace of %s is in one of its files, the same as in Portuguese", (language) => {
  const inFiles = (of: Language) =>
    ["", ".conversation", ".routing", ".settings"].map((file) =>
      Object.keys(languageFiles[`./languages/${of}${file}.ts`]?.texts ?? {}).map(
        (path) => path.split("/").at(-1)?.replace(".json", "") ?? "",
      ),
    );
  expect(inFiles(language).flat().sort()).toEqual([...namespaces].sort());
  expect(inFiles(language)).toEqual(inFiles("pt-BR"));
});

test.each(LANGUAGES.flatMap((language) => namespaces.map((namespace) => [language, namespace] as const)))(
  "a page that asks for %s %s gets it",
  async (language, namespace) => {
    const texts = await startTexts(language);
    await texts.loadNamespaces(namespace);
    expect(texts.hasResourceBundle(language, namespace)).toBe(true);
  },
);
