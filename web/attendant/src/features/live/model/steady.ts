/** An order that does not move while somebody points at it. Pure. */
export interface Steady<T> {
  rows: readonly T[];
  /** Ids of rows that are shown and no longer belong there. */
  gone: ReadonlySet<string>;
}

/**
 * While `held`, what was shown stays in its place with what is known of it now; what is new comes below it, and what is
 * gone stays until it is let go. Not held: as it is.
 */
export function steady<T extends { id: string }>(shown: readonly T[], now: readonly T[], held: boolean): Steady<T> {
  if (!held) return { rows: now, gone: new Set() };
  const latest = new Map(now.map((one) => [one.id, one]));
  const known = new Set(shown.map(({ id }) => id));
  return {
    rows: [...shown.map((one) => latest.get(one.id) ?? one), ...now.filter(({ id }) => !known.has(id))],
    gone: new Set([...known].filter((id) => !latest.has(id))),
  };
}
