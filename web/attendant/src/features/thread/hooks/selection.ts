import { useCallback, useSyncExternalStore } from "react";

/** As many as one request can change. */
export const MOST_SELECTED = 100;

/** Which messages of the open thread are selected; nothing when nobody selects. It outlives every drawing of the thread. */
export class Selection {
  private ids: ReadonlySet<string> | null = null;
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** null: nobody selects. */
  now = (): ReadonlySet<string> | null => this.ids;

  start(id?: string): void {
    this.set(new Set(id === undefined ? [] : [id]));
  }

  /** Answers false when there is no room for one more. */
  toggle(id: string): boolean {
    const ids = new Set(this.ids);
    if (!ids.delete(id)) {
      if (ids.size >= MOST_SELECTED) return false;
      ids.add(id);
    }
    this.set(ids);
    return true;
  }

  end(): void {
    this.set(null);
  }

  private set(ids: ReadonlySet<string> | null): void {
    this.ids = ids;
    for (const listener of this.listeners) listener();
  }
}

/** What is selected; null: nobody selects. */
export function useSelected(selection: Selection): ReadonlySet<string> | null {
  return useSyncExternalStore(selection.subscribe, selection.now);
}

/** Whether the message is selected; null: nobody selects. Only what changes for the message draws it again. */
export function useIsSelected(selection: Selection, id: string): boolean | null {
  return useSyncExternalStore(
    selection.subscribe,
    useCallback(() => selection.now()?.has(id) ?? null, [selection, id]),
  );
}
