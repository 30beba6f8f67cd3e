/** The interface's languages, Portuguese first. Each feature has a namespace; a language is four files, loaded as they are needed. */
import i18next, { type BackendModule, type i18n, type ReadCallback } from "i18next";
import { initReactI18next } from "react-i18next";

import type { Texts } from "./texts";

export const LANGUAGES = ["pt-BR", "en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_NAMES: Record<Language, string> = { "pt-BR": "Português", en: "English", es: "Español" };

/** The files of a language: what every page needs, what stands beside a conversation, who works on what, and the rest. */
export type TextFile = "first" | "conversation" | "routing" | "settings";

/** In which file a namespace is; those of the settings are not named. The files of `languages/` say the same. */
const FILE_OF: Record<string, TextFile | undefined> = {
  ...named("first", ["app", "assign", "auth", "desk", "guide", "inbox", "marks", "sandbox", "search"]),
  ...named("conversation", ["composer", "customer", "papers", "privacy", "ratings", "replies", "thread", "unsent"]),
  ...named("routing", ["live", "presence", "queue", "transfer"]),
};

const LOADERS: Record<string, Record<TextFile, () => Promise<{ texts: Texts }>>> = {
  "pt-BR": {
    first: () => import("./languages/pt-BR"),
    conversation: () => import("./languages/pt-BR.conversation"),
    routing: () => import("./languages/pt-BR.routing"),
    settings: () => import("./languages/pt-BR.settings"),
  },
  en: {
    first: () => import("./languages/en"),
    conversation: () => import("./languages/en.conversation"),
    routing: () => import("./languages/en.routing"),
    settings: () => import("./languages/en.settings"),
  },
  es: {
    first: () => import("./languages/es"),
    conversation: () => import("./languages/es.conversation"),
    routing: () => import("./languages/es.routing"),
    settings: () => import("./languages/es.settings"),
  },
} satisfies Record<Language, unknown>;

function named(file: TextFile, namespaces: readonly string[]): Record<string, TextFile> {
  return Object.fromEntries(namespaces.map((namespace) => [namespace, file]));
}

/**
 * `load`, with the texts that the part shows fetched beside its code. It fails when either cannot be had, so that a part
 * never shows the names of its texts.
 */
export async function withTexts<T>(file: TextFile, load: () => Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([load(), LOADERS[i18next.language]?.[file]()]);
  return loaded;
}

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language: string, namespace: string, callback: ReadCallback) => {
    read(language, namespace).then(
      (texts) => callback(null, texts),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), true),
    );
  },
};

async function read(language: string, namespace: string): Promise<Record<string, unknown>> {
  const found = (await LOADERS[language]?.[FILE_OF[namespace] ?? "settings"]())?.texts[
    `../locales/${language}/${namespace}.json`
  ];
  if (found === undefined) throw new Error(`no ${namespace} in ${language}`);
  return found;
}

/** The best of our languages for what the browser prefers. */
export function languageFor(preferred: readonly string[]): Language {
  for (const wanted of preferred) {
    const base = wanted.toLowerCase().split("-")[0];
    const found = LANGUAGES.find((language) => language.toLowerCase().split("-")[0] === base);
    if (found !== undefined) return found;
  }
  return "pt-BR";
}

/** Sets up the texts; resolves when those of `app` are there. */
export async function startTexts(language: Language): Promise<i18n> {
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: language,
      supportedLngs: [...LANGUAGES],
      fallbackLng: "pt-BR",
      load: "currentOnly",
      ns: ["app"],
      defaultNS: "app",
      interpolation: { escapeValue: false }, // React escapes
      react: { useSuspense: true },
    });
  return i18next;
}
