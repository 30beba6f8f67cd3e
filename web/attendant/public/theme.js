// Before anything is painted: the theme, density and language that were chosen in this browser.
(function () {
  var chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem("atd-preferences") || "{}");
  } catch {
    // A forbidden storage: the system's theme.
  }
  var dark =
    chosen.theme === "dark" || (chosen.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  var root = document.documentElement;
  root.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  root.setAttribute("data-density", chosen.density === "compact" ? "compact" : "comfortable");
  root.style.colorScheme = dark ? "dark" : "light";
  if (typeof chosen.language === "string") root.lang = chosen.language;
})();
