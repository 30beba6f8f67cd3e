/** Small records in IndexedDB. A browser that refuses it (private windows, a full disk) keeps them for this tab alone. */
import { createStore, del, entries, set, type UseStore } from "idb-keyval";

export interface RecordStore<T> {
  /** All records whose key starts so. */
  all: (prefix: string) => Promise<[string, T][]>;
  put: (key: string, value: T) => Promise<void>;
  remove: (key: string) => Promise<void>;
}

export function recordStore<T>(name: string): RecordStore<T> {
  const memory = new Map<string, T>();
  let store: UseStore | null = null;
  const opened = () => (store ??= createStore(`atd-${name}`, "records"));
  return {
    all: async (prefix) => {
      const found = await entries<string, T>(opened()).catch(() => [...memory]);
      return found.filter(([key]) => key.startsWith(prefix));
    },
    put: async (key, value) => {
      try {
        await set(key, value, opened());
        memory.delete(key);
      } catch {
        memory.set(key, value);
      }
    },
    remove: async (key) => {
      memory.delete(key);
      await del(key, opened()).catch(() => undefined);
    },
  };
}

/** Records that a page leaves as it ends, for the next one: written at once, unlike IndexedDB. */
export interface Farewell<T> {
  leave: (records: readonly [string, T][]) => void;
  /** What was left under keys that start so; it is gone afterwards. */
  take: (prefix: string) => [string, T][];
}

export function farewellOf<T>(name: string): Farewell<T> {
  const place = `atd-${name}-left:`;
  return {
    leave: (records) => {
      for (const [key, value] of records) {
        try {
          localStorage.setItem(place + key, JSON.stringify(value));
        } catch {
          // Full or forbidden: IndexedDB may still take it.
        }
      }
    },
    take: (prefix) => {
      try {
        const found = Object.keys(localStorage).filter((key) => key.startsWith(place + prefix));
        return found.flatMap((key): [string, T][] => {
          const value = JSON.parse(localStorage.getItem(key) ?? "null") as T | null;
          localStorage.removeItem(key);
          return value === null ? [] : [[key.slice(place.length), value]];
        });
      } catch {
        return [];
      }
    },
  };
}
