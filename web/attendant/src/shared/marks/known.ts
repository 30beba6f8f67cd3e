/** What is known of tags, labels and types without asking: which are gone, which stand under another one. */
import type { QueryClient } from "@tanstack/react-query";

import { keys } from "@/shared/api/keys";

/** What became of marks that are gone: the one that took their place, or null. */
export type Gone = Readonly<Record<string, string | null>>;

export const NOTHING_GONE: Gone = {};

export function noteGone(client: QueryClient, gone: Gone): void {
  client.setQueryData<Gone>(keys.goneMarks(), (before) => ({ ...before, ...gone }));
}

/** What an id stands for now, null: nothing. One that took the place of another one may be gone, too. */
export function standsFor(id: string, gone: Gone): string | null {
  let at: string | null = id;
  for (const seen = new Set<string>(); at !== null && at in gone && !seen.has(at);) {
    seen.add(at);
    at = gone[at] ?? null;
  }
  return at;
}

/** What a change of the settings says of marks that are gone; null: nothing. Pure. */
export function goneBy(data: {
  setting: string;
  id: string;
  deleted?: boolean;
  value?: Record<string, unknown> | null;
}): Gone | null {
  if (data.setting !== "tag" && data.setting !== "label" && data.setting !== "type") return null;
  if (data.deleted) return { [data.id]: null };
  const replaced = data.value?.["replaces"];
  if (!Array.isArray(replaced) || replaced.length === 0) return null;
  return Object.fromEntries(replaced.map((id) => [String(id), data.id]));
}

/** A type and those under it, as far as they are known. */
export function typesUnder(client: QueryClient, id: string): ReadonlySet<string> {
  const types = client.getQueryData<{ id: string; parent_id?: string | null }[]>(keys.setting("type")) ?? [];
  return new Set([id, ...types.filter(({ parent_id: parent }) => parent === id).map((one) => one.id)]);
}

/** Whether people close only what has a type; false while it is not known: the server says so then. */
export function closingNeedsType(client: QueryClient): boolean {
  return client.getQueryData<{ type_required: boolean }>(keys.setting("closing"))?.type_required ?? false;
}
