/** Whether the customer stands beside the thread. Where it covers the thread for want of room, it is closed at first. */
import { useSyncExternalStore } from "react";

import { preferences, usePreferences } from "@/shared/storage/preferences";
import { useRoom } from "@/shared/ui/room";

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

/** From here on thread and customer have room beside each other. */
const BESIDE_EM = 78.5;

export function useContactPane(): ContactPane {
  const narrow = !useRoom(BESIDE_EM);
  const { contactPaneOpen } = usePreferences();
  const sheet = useSyncExternalStore(subscribe, () => sheetOpen);
  const open = narrow ? sheet : contactPaneOpen;
  const set = (to: boolean) => (narrow ? setSheet(to) : preferences.set({ contactPaneOpen: to }));
  return { open, sheet: narrow, toggle: () => set(!open), close: () => set(false) };
}
