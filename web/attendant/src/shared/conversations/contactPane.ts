/** Whether the customer stands beside the thread. On a phone, where it covers the thread, it is closed at first. */
import { useMediaQuery } from "@mantine/hooks";
import { useSyncExternalStore } from "react";

import { preferences, usePreferences } from "@/shared/storage/preferences";

let sheetOpen = false;
const listeners = new Set<() => void>();

function setSheet(open: boolean): void {
  sheetOpen = open;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export interface ContactPane {
  open: boolean;
  /** As a sheet over the thread. */
  sheet: boolean;
  toggle: () => void;
  close: () => void;
}

export function useContactPane(): ContactPane {
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const { contactPaneOpen } = usePreferences();
  const sheet = useSyncExternalStore(subscribe, () => sheetOpen);
  const open = narrow ? sheet : contactPaneOpen;
  const set = (to: boolean) => (narrow ? setSheet(to) : preferences.set({ contactPaneOpen: to }));
  return { open, sheet: narrow, toggle: () => set(!open), close: () => set(false) };
}
