import { useCallback, useSyncExternalStore } from "react";

/** Which message of the open thread is being edited; what was typed stays until it is saved or given up. */
export class Editing {
  private id: string | null = null;
  private readonly texts = new Map<string, string>();
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  now = (): string | null => this.id;

  textOf(id: string): string | undefined {
    return this.texts.get(id);
  }

  type(id: string, text: string): void {
    this.texts.set(id, text);
  }

  start(id: string): void {
    this.id = id;
    this.tell();
  }

  end(id: string): void {
    this.texts.delete(id);
    if (this.id === id) this.id = null;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export function useIsEditing(editing: Editing, id: string): boolean {
  return useSyncExternalStore(
    editing.subscribe,
    useCallback(() => editing.now() === id, [editing, id]),
  );
}
