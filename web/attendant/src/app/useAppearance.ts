import { useEffect } from "react";
import i18next from "i18next";

import { usePreferences } from "@/shared/storage/preferences";

/** Puts language, density and the colour of the browser's frame where the whole document sees them. */
export function useAppearance(): void {
  const { language, density, theme } = usePreferences();
  useEffect(() => {
    document.documentElement.lang = language;
    if (i18next.language !== language) void i18next.changeLanguage(language);
  }, [language]);
  useEffect(() => {
    document.documentElement.dataset["density"] = density;
  }, [density]);
  useEffect(() => {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", paintFrame);
    // After Mantine has set the scheme on the document.
    const frame = requestAnimationFrame(paintFrame);
    return () => {
      cancelAnimationFrame(frame);
      dark.removeEventListener("change", paintFrame);
    };
  }, [theme]);
}

function paintFrame(): void {
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--surface-1").trim();
  if (colour === "") return;
  document.querySelector("meta[name=theme-color]")?.setAttribute("content", colour);
}
