/** The company's tags, labels and types: lists that are kept whole, and read again when one of them changes. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, unwrap } from "@/shared/api/client";
import { everyPage } from "@/shared/api/everyPage";
import { keys } from "@/shared/api/keys";
import type { Page } from "@/shared/api/types";
import type { components } from "@/shared/api/schema";
import { NOTHING_GONE, standsFor, type Gone } from "@/shared/marks/known";

type Schemas = components["schemas"];

export type Tag = Schemas["TagView"];
export type Label = Schemas["LabelView"];
export type Type = Schemas["TypeView"];
/** A tag or label, as far as it is shown. */
export type Mark = Pick<Tag, "id" | "name" | "color"> & { archived?: boolean };

export type MarkKind = "tag" | "label";

const FRESH_MS = 300_000;

export const tagsQuery = queryOptions({
  queryKey: keys.setting("tag"),
  queryFn: ({ signal }) =>
    everyPage((query) => unwrap<Page<Tag>>(api.GET("/api/v1/tags", { params: { query }, signal }))),
  staleTime: FRESH_MS,
});

export const labelsQuery = queryOptions({
  queryKey: keys.setting("label"),
  queryFn: ({ signal }) =>
    everyPage((query) => unwrap<Page<Label>>(api.GET("/api/v1/labels", { params: { query }, signal }))),
  staleTime: FRESH_MS,
});

export const typesQuery = queryOptions({
  queryKey: keys.setting("type"),
  queryFn: ({ signal }) =>
    everyPage((query) => unwrap<Page<Type>>(api.GET("/api/v1/types", { params: { query }, signal }))),
  staleTime: FRESH_MS,
});

export const closingQuery = queryOptions({
  queryKey: keys.setting("closing"),
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/settings/closing", { signal })),
  staleTime: FRESH_MS,
});

const NONE: readonly Mark[] = [];

/** The tags or labels of the company, archived ones too, by name; undefined while they are not known. */
export function useCatalogue(kind: MarkKind): readonly (Tag | Label)[] | undefined {
  const tags = useQuery({ ...tagsQuery, enabled: kind === "tag" }).data;
  const labels = useQuery({ ...labelsQuery, enabled: kind === "label" }).data;
  return kind === "tag" ? tags : labels;
}

/** Those that can be put on something. */
export function useOffered(kind: MarkKind): readonly Mark[] {
  const all = useCatalogue(kind);
  return useMemo(() => all?.filter(({ archived }) => !archived) ?? NONE, [all]);
}

function useGone(): Gone {
  const queryKey = keys.goneMarks();
  return useQuery({ queryKey, queryFn: () => NOTHING_GONE, enabled: false, initialData: NOTHING_GONE }).data;
}

/** The marks of a message or customer as they are called now; what is gone is left out. Pure. */
export function shownMarks(marks: readonly Mark[], all: readonly Mark[] | undefined, gone: Gone): readonly Mark[] {
  const found = new Map<string, Mark>();
  for (const mark of marks) {
    const id = standsFor(mark.id, gone);
    if (id === null || found.has(id)) continue;
    const known = all?.find((one) => one.id === id);
    if (known !== undefined || id === mark.id) found.set(id, known ?? mark);
  }
  return [...found.values()];
}

export function useShownMarks(kind: MarkKind, marks: readonly Mark[]): readonly Mark[] {
  const all = useCatalogue(kind);
  const gone = useGone();
  return useMemo(() => shownMarks(marks, all, gone), [marks, all, gone]);
}

/** The types, each with those under it, in their order. */
export interface TypeBranch {
  type: Type;
  children: readonly Type[];
}

export function treeOf(types: readonly Type[]): TypeBranch[] {
  const sorted = [...types].sort((a, b) => a.position - b.position || a.name.localeCompare(b.name));
  const known = new Set(types.map(({ id }) => id));
  const isTop = ({ parent_id: parent }: Type) => !parent || !known.has(parent);
  return sorted
    .filter(isTop)
    .map((type) => ({ type, children: sorted.filter(({ parent_id: parent }) => parent === type.id) }));
}

/** A type that can be chosen, with its whole name: "Vendas › Orçamento". */
export interface TypeChoice {
  id: string;
  name: string;
  parent: string | null;
}

export function choicesOf(types: readonly Type[]): TypeChoice[] {
  return treeOf(types)
    .filter(({ type }) => !type.archived)
    .flatMap(({ type, children }) => [
      { id: type.id, name: type.name, parent: null },
      ...children.filter(({ archived }) => !archived).map(({ id, name }) => ({ id, name, parent: type.name })),
    ]);
}

export function useTypes(): readonly Type[] | undefined {
  return useQuery(typesQuery).data;
}

export function useTypeChoices(): readonly TypeChoice[] | undefined {
  const types = useTypes();
  return useMemo(() => types && choicesOf(types), [types]);
}

/** Whether conversations are closed only with a type; false while it is not known: the server says so then. */
export function useNeedsType(): boolean {
  return useQuery(closingQuery).data?.type_required ?? false;
}

/** Read the list of a kind again: it was changed here. */
export function useReadAgain(): (kind: MarkKind | "type" | "closing") => Promise<void> {
  const client = useQueryClient();
  return (kind) => client.invalidateQueries({ queryKey: keys.setting(kind) });
}
