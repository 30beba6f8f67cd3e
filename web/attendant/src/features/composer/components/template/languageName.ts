import { usePreferences } from "@/shared/storage/preferences";

/** The name of a template's language (`pt_BR`) in the person's language. */
export function useLanguageName(): (code: string) => string {
  const { language } = usePreferences();
  const names = new Intl.DisplayNames(language, { type: "language" });
  return (code) => {
    try {
      return names.of(code.replace("_", "-")) ?? code;
    } catch {
      return code; // not a language tag
    }
  };
}
