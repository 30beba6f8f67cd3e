/** How much of the window the panes have: what is docked beside the client (a test phone) takes its part. */
import { useMediaQuery } from "@mantine/hooks";
import { useLayoutEffect, useSyncExternalStore } from "react";

let docked = 0;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setDocked(width: number): void {
  docked = width;
  for (const listener of listeners) listener();
}

/** Takes `width` px of the window from the panes, before the browser paints. */
export function useDock(width: number): void {
  useLayoutEffect(() => {
    setDocked(width);
    return () => setDocked(0);
  }, [width]);
}

/** Whether the panes have at least `em` times the text size beside what is docked. */
export function useRoom(em: number): boolean {
  const taken = useSyncExternalStore(subscribe, () => docked);
  const query = taken === 0 ? `(min-width: ${em}em)` : `(min-width: calc(${em}em + ${taken}px))`;
  return useMediaQuery(query, undefined, { getInitialValueInEffect: false });
}
