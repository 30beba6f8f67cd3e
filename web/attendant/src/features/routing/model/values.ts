/** What of an item is edited and sent: all but what the server gives it. */
import type { Items, Kind, ValuesOf } from "../api/types";

const GIVEN = new Set(["position", "id", "version", "created_at", "changed_at", "updated_at"]);

export function valuesOf<K extends Kind>(item: Items[K]): ValuesOf<K> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !GIVEN.has(name))) as unknown as ValuesOf<K>;
}
