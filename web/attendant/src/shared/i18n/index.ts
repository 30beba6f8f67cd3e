/** The interface's languages, Portuguese first. Each feature has a namespace; a language is loaded as one file. */
import i18next, { type BackendModule, type i18n, type ReadCallback } from "i18next";
import { initReactI18next } from "react-i18next";

import type { Texts } from "./texts";

export const LANGUAGES = ["pt-BR", "en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_NAMES: Record<Language, string> = { "pt-BR": "Português", en: "English", es: "Español" };

const LOADERS: Record<string, () => Promise<{ texts: Texts }>> = {
  "pt-BR": () => import("./languages/pt-BR"),
  en: () => import("./languages/en"),
  es: () => import("./languages/es"),
} satisfies Record<Language, unknown>;

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
  const found = (await LOADERS[language]?.())?.texts[`../locales/${language}/${namespace}.json`];
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
