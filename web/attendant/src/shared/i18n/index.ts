/** The interface's languages, Portuguese first. Each feature has a namespace, which is loaded when it is first asked for. */
import i18next, { type BackendModule, type i18n, type ReadCallback } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["pt-BR", "en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_NAMES: Record<Language, string> = { "pt-BR": "Português", en: "English", es: "Español" };

const files = import.meta.glob<{ default: Record<string, unknown> }>("./locales/*/*.json");

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language: string, namespace: string, callback: ReadCallback) => {
    const file = files[`./locales/${language}/${namespace}.json`];
    if (file === undefined) {
      callback(new Error(`no ${namespace} in ${language}`), false);
      return;
    }
    file().then(
      (found) => callback(null, found.default),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), true),
    );
  },
};

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
