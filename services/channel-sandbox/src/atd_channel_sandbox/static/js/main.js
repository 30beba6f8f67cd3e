// Builds the page.

import { buildStage } from "./chat.js";
import { followAddress } from "./connect.js";
import { language, setLanguage } from "./i18n.js";
import { buildPanel } from "./panel.js";
import { buildPeople } from "./people.js";
import { followEvents, load, notify, store } from "./store.js";

const RETRY_MS = 1500;
const dark = matchMedia("(prefers-color-scheme: dark)");

function theme() {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light");
}

async function start() {
  try {
    await load();
  } catch {
    store.lost = true;
    notify("connection");
    setTimeout(start, RETRY_MS);
    return;
  }
  followEvents();
  followAddress();
}

setLanguage(language());
theme();
dark.addEventListener("change", () => { theme(); notify("language"); });
buildPeople(document.getElementById("people"));
buildStage(document.getElementById("stage"));
buildPanel(document.getElementById("panel"));
notify("language");
start();
