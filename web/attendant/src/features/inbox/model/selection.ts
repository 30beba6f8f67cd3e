/** Which rows of a list are selected. Pure. */

/** As many as one request changes. */
export const MOST_SELECTED = 100;

export interface Selection {
  ids: ReadonlySet<string>;
  /** From where the next range begins. */
  anchor: string | null;
}

export const NOTHING: Selection = { ids: new Set(), anchor: null };

/** One row more or less. */
export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id) && next.size < MOST_SELECTED) next.add(id);
  return { ids: next, anchor: id };
}

/** All rows from the anchor to this one, as the list shows them. */
export function extended(selection: Selection, id: string, shown: readonly string[]): Selection {
  const [from, to] = [shown.indexOf(selection.anchor ?? id), shown.indexOf(id)];
  if (from === -1 || to === -1) return toggled(selection, id);
  const range = shown.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: limited([...selection.ids, ...range]), anchor: selection.anchor ?? id };
}

export function everything(shown: readonly string[]): Selection {
  return { ids: limited(shown), anchor: shown[0] ?? null };
}

/** Without what the list no longer shows; the same object when that is nothing. */
export function present(selection: Selection, shown: readonly string[]): Selection {
  const there = new Set(shown);
  const ids = [...selection.ids].filter((id) => there.has(id));
  return ids.length === selection.ids.size ? selection : { ...selection, ids: new Set(ids) };
}

function limited(ids: readonly string[]): ReadonlySet<string> {
  return new Set([...new Set(ids)].slice(0, MOST_SELECTED));
}
