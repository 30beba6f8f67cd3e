import { useTranslation } from "react-i18next";

import { LANGUAGES, type Language } from "@/shared/i18n";

/** The language of the interface. */
export function useOwnLanguage(): Language {
  const { i18n } = useTranslation();
  return LANGUAGES.find((one) => one === i18n.language) ?? "pt-BR";
}
