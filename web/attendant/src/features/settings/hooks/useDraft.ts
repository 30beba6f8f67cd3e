import { useState } from "react";

export interface Draft<T> {
  values: T;
  set: (change: Partial<T>) => void;
  /** Whether something differs from what was loaded. */
  unsaved: boolean;
  reset: () => void;
}

/** What is typed over what was loaded: it stays when somebody else saves, and is compared with what was loaded last. */
export function useDraft<T extends object>(loaded: T): Draft<T> {
  const [changes, setChanges] = useState<Partial<T>>({});
  const names = Object.keys(changes) as (keyof T)[];
  return {
    values: { ...loaded, ...changes },
    set: (change) => setChanges((before) => ({ ...before, ...change })),
    unsaved: names.some((name) => JSON.stringify(changes[name]) !== JSON.stringify(loaded[name])),
    reset: () => setChanges({}),
  };
}
