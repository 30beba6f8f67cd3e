/** What this browser remembers of how somebody likes the client. Kept in localStorage; all tabs follow. */
import { useSyncExternalStore } from "react";

import { LANGUAGES, languageFor, type Language } from "@/shared/i18n";

export interface Preferences {
  language: Language;
  theme: "light" | "dark" | "system";
  density: "comfortable" | "compact";
  enterSends: boolean;
  sound: boolean;
  desktopNotifications: boolean;
  /** Which conversations ring: those assigned to me, those and the queue, or all. */
  ringsFor: "mine" | "queue" | "all";
  /** Whether a desktop notification shows what the customer wrote: others may see the screen. */
  textInNotifications: boolean;
  listWidth: number;
  contactPaneOpen: boolean;
  viewsOpen: boolean;
}

const KEY = "atd-preferences";

/** As wide as the list is at first (px). */
export const LIST_WIDTH = 352;

const DEFAULTS: Omit<Preferences, "language"> = {
  theme: "system",
  density: "comfortable",
  enterSends: true,
  sound: true,
  desktopNotifications: false,
  ringsFor: "queue",
  textInNotifications: false,
  listWidth: LIST_WIDTH,
  contactPaneOpen: true,
  viewsOpen: true,
};

class PreferenceStore {
  private current = read();
  private readonly listeners = new Set<() => void>();

  constructor() {
    window.addEventListener("storage", (event) => {
      if (event.key === KEY) this.show(read());
    });
  }

  get = (): Preferences => this.current;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(changes: Partial<Preferences>): void {
    this.show({ ...this.current, ...changes });
    try {
      localStorage.setItem(KEY, JSON.stringify(this.current));
    } catch {
      // A full or forbidden storage: it holds for this tab.
    }
  }

  private show(next: Preferences): void {
    this.current = next;
    for (const listener of this.listeners) listener();
  }
}

function read(): Preferences {
  const fallback: Preferences = { ...DEFAULTS, language: languageFor(navigator.languages) };
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return known({ ...fallback, ...(stored as Partial<Preferences>) }, fallback);
  } catch {
    return fallback;
  }
}

/** What an older or newer version stored and this one does not know falls back. */
function known(found: Preferences, fallback: Preferences): Preferences {
  return {
    ...found,
    language: LANGUAGES.includes(found.language) ? found.language : fallback.language,
    theme: ["light", "dark", "system"].includes(found.theme) ? found.theme : fallback.theme,
    ringsFor: ["mine", "queue", "all"].includes(found.ringsFor) ? found.ringsFor : fallback.ringsFor,
    density: ["comfortable", "compact"].includes(found.density) ? found.density : fallback.density,
  };
}

export const preferences = new PreferenceStore();

export function usePreferences(): Preferences {
  return useSyncExternalStore(preferences.subscribe, preferences.get);
}
