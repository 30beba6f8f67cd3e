/** Whose change was typed over which version, so that nobody's is replaced unseen. Pure. */

/** What typing lies over. `told`: the version until which one was told of others' changes, until that is loaded. */
export interface Base<T> {
  values: T;
  version: number | null;
  told: number | null;
}

const differ = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);

/** The fields that differ from those before. */
export function changedFields<T extends object>(before: T, after: T): Partial<T> {
  const names = Object.keys(after) as (keyof T)[];
  return Object.fromEntries(
    names.filter((name) => differ(before[name], after[name])).map((name) => [name, after[name]]),
  ) as Partial<T>;
}

/**
 * What typing lies over when something is loaded: the new version where nothing is typed, or where one was told of all
 * that leads to it; else what it was.
 */
export function rebased<T>(base: Base<T>, loaded: T, version: number | null, typed: boolean): Base<T> {
  const seen = !typed || (base.told !== null && base.told === version);
  if (!seen) return base;
  return base.version === version && base.told === null ? base : { values: loaded, version, told: null };
}

/**
 * The version to save over: what is loaded, where others have changed other fields since; where they have changed the
 * same ones, that which was typed over or told of, and so the server refuses and says who changed what. `hidden`:
 * fields of which others' changes are not seen.
 */
export function versionToMatch<T extends object>(
  base: Base<T>,
  loaded: T,
  version: number | null,
  typed: T,
  hidden: readonly string[] = [],
): number | null {
  if (version === base.version || version === null) return version;
  // A third change came after those that were told of: what it was, the server knows alone.
  if (base.told !== null) return Math.min(base.told, version);
  const names = Object.keys(changedFields(loaded, typed)) as (keyof T & string)[];
  const clash = names.some((name) => hidden.includes(name) || differ(base.values[name], loaded[name]));
  return clash ? base.version : version;
}
