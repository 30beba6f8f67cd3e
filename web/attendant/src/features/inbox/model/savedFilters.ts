/** Filters that an attendant has named. They stay in this browser, for each attendant apart; all its tabs follow. */
import { VIEWS, type View } from "@/shared/conversations/filter";

import type { Narrowing } from "./address";

export interface SavedFilter extends Narrowing {
  id: string;
  name: string;
  view: View;
}

export const NAME_MAX = 40;

const keyOf = (attendantId: string) => `atd-filters/${attendantId}`;

export class SavedFilters {
  private filters: readonly SavedFilter[];
  private readonly listeners = new Set<() => void>();
  private readonly key: string;

  constructor(attendantId: string) {
    this.key = keyOf(attendantId);
    this.filters = read(this.key);
    window.addEventListener("storage", (event) => {
      if (event.key === this.key) this.show(read(this.key));
    });
  }

  list = (): readonly SavedFilter[] => this.filters;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  add(filter: SavedFilter): void {
    this.write([...this.filters, filter]);
  }

  change(filter: SavedFilter): void {
    this.write(this.filters.map((one) => (one.id === filter.id ? filter : one)));
  }

  /** Answers what puts it back where it stood. */
  remove(id: string): () => void {
    const at = this.filters.findIndex((one) => one.id === id);
    const removed = this.filters[at];
    if (removed === undefined) return () => undefined;
    this.write(this.filters.filter((one) => one.id !== id));
    return () => this.write(this.filters.toSpliced(at, 0, removed));
  }

  private write(filters: readonly SavedFilter[]): void {
    this.show(filters);
    try {
      localStorage.setItem(this.key, JSON.stringify(filters));
    } catch {
      // A full or forbidden storage: it holds for this tab.
    }
  }

  private show(filters: readonly SavedFilter[]): void {
    this.filters = filters;
    for (const listener of this.listeners) listener();
  }
}

function read(key: string): readonly SavedFilter[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isSavedFilter) : [];
  } catch {
    return [];
  }
}

/** Another version of the client may have stored something else. */
function isSavedFilter(found: unknown): found is SavedFilter {
  if (typeof found !== "object" || found === null) return false;
  const {
    id,
    name,
    view,
    channel,
    accountId,
    assignee,
    unread,
    public: seen,
    priority,
    type,
    label,
    tag,
    team,
  } = found as Record<string, unknown>;
  const optionalText = [channel, accountId, assignee, priority, type, label, tag, team].every(
    (value) => value === undefined || typeof value === "string",
  );
  return (
    typeof id === "string" &&
    typeof name === "string" &&
    VIEWS.some((known) => known === view) &&
    optionalText &&
    (unread === undefined || unread === true) &&
    (seen === undefined || typeof seen === "boolean")
  );
}

const stores = new Map<string, SavedFilters>();

/** The one of this attendant. */
export function savedFiltersOf(attendantId: string): SavedFilters {
  let store = stores.get(attendantId);
  if (store === undefined) {
    store = new SavedFilters(attendantId);
    stores.set(attendantId, store);
  }
  return store;
}
