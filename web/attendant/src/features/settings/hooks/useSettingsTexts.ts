import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { LANGUAGES } from "@/shared/i18n";
import { useMe } from "@/shared/session/SessionProvider";

import type { SettingsPage } from "../page";
import { findSettings, type FoundSetting } from "../search";

/** The pages that the signed-in person may see. */
export function useAllowedPages(pages: readonly SettingsPage[]): SettingsPage[] {
  const { permissions } = useMe();
  return useMemo(
    () => pages.filter(({ permission }) => permission === undefined || permissions.includes(permission)),
    [pages, permissions],
  );
}

/** The search over all settings; the words of the other languages are loaded once somebody searches. */
export function useSettingsSearch(pages: readonly SettingsPage[], query: string): FoundSetting[] {
  const { i18n } = useTranslation(["settings", ...pages.map(({ namespace }) => namespace)]);
  const [loaded, setLoaded] = useState(false);
  const searching = query.trim() !== "";
  useEffect(() => {
    if (!searching) return;
    // Without the other languages, the person's own is searched.
    void i18n.loadLanguages([...LANGUAGES]).then(
      () => setLoaded(true),
      () => undefined,
    );
  }, [searching, i18n]);
  const { language } = i18n;
  return useMemo(
    () => (searching ? findSettings(query, pages, language, loaded ? LANGUAGES : [language]) : []),
    [searching, query, pages, language, loaded],
  );
}
