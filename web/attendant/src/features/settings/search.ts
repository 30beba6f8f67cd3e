import { best } from "@/shared/text/search";

import type { SettingsPage } from "./page";

export interface FoundSetting {
  page: SettingsPage;
  pageTitle: string;
  /** Undefined for the page itself. */
  setting?: { id: string; label: string };
}

/** Pages and settings that answer the query by their words in any of the languages, named in `language`. */
export function findSettings(
  query: string,
  pages: readonly SettingsPage[],
  language: string,
  languages: readonly string[],
): FoundSetting[] {
  const entries = pages.flatMap((page) => {
    const own = page.texts(language);
    const others = languages.map((other) => page.texts(other));
    const whole = { found: { page, pageTitle: own.title }, words: joined(others.map((t) => `${t.title} ${t.words}`)) };
    const settings = own.settings.map(({ id, label }, at) => ({
      found: { page, pageTitle: own.title, setting: { id, label } },
      words: joined([label, ...others.map((t) => `${t.settings[at]?.label ?? ""} ${t.settings[at]?.words ?? ""}`)]),
    }));
    return [whole, ...settings];
  });
  return best(query, entries, ({ words }) => words).map(({ found }) => found);
}

function joined(words: readonly string[]): string {
  return words.join(" ");
}
