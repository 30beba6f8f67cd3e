import { useTranslation } from "react-i18next";

import type { Refinement, SearchQuery, SetFilter } from "@/features/search";
import { useCatalogue, useTypes } from "@/shared/marks/catalogue";
import { neutralName } from "@/shared/text/neutral";

import type { Narrowing } from "../model/address";
import type { FilterOptions } from "./useFilterOptions";

interface Narrowed {
  query: SearchQuery;
  narrowing: Narrowing;
  refinement: Refinement;
  options: FilterOptions;
  onNarrow: (narrowing: Narrowing) => void;
  onRefine: (refinement: Refinement) => void;
}

/** What narrows a search of messages, by its words, each with the search that is left without it. */
export function useSetFilters({ query, narrowing, refinement, options, onNarrow, onRefine }: Narrowed): SetFilter[] {
  const { t } = useTranslation("inbox");
  const { t: marks } = useTranslation("marks");
  const { t: search } = useTranslation("search");
  const lists = { type: useTypes(), label: useCatalogue("label"), tag: useCatalogue("tag") };
  const without = (...names: (keyof SearchQuery)[]) => omitted(query, names);
  const found: SetFilter[] = [];
  const add = (label: string, value: string, names: (keyof SearchQuery)[], remove: () => void) =>
    found.push({ id: names.join(), name: `${label}: ${value}`, without: without(...names), remove });
  const narrow = (name: keyof Narrowing) => () => onNarrow(omitted(narrowing, [name]));

  if (query.channel !== undefined) {
    const kind = options.kinds.find((one) => one.kind === query.channel);
    add(t("filter.channel"), kind?.name ?? query.channel, ["channel"], narrow("channel"));
  }
  if (query.account_id !== undefined) {
    const account = options.accounts.find(({ id }) => id === query.account_id);
    add(t("filter.channel"), account?.name ?? t("filter.unknown_account"), ["account_id"], narrow("accountId"));
  }
  if (query.assignee !== undefined) {
    const own: Record<string, string> = { me: t("filter.me"), none: t("filter.nobody") };
    const colleague = options.colleagues.find(({ id }) => id === query.assignee);
    const name = own[query.assignee] ?? (neutralName(colleague?.name ?? "") || t("filter.unknown_attendant"));
    add(t("filter.assignee"), name, ["assignee"], narrow("assignee"));
  }
  for (const kind of ["type", "label", "tag"] as const) {
    const id = query[kind];
    if (id === undefined) continue;
    const name = lists[kind]?.find((one) => one.id === id)?.name ?? marks("filter.gone");
    add(marks(`filter.${kind}`), name, [kind], narrow(kind));
  }
  if (refinement.conversationId !== undefined) {
    const id = "conversation_id" as const;
    const remove = () => onRefine(omitted(refinement, ["conversationId"]));
    found.push({ id, name: search("here"), without: without(id), remove });
  }
  if (refinement.direction !== undefined) {
    const remove = () => onRefine(omitted(refinement, ["direction"]));
    add(search("direction.label"), search(`direction.${refinement.direction}`), ["direction"], remove);
  }
  if (refinement.from !== undefined || refinement.to !== undefined) {
    const remove = () => onRefine(omitted(refinement, ["from", "to"]));
    found.push({ id: "period", name: search("period.label"), without: without("from", "to"), remove });
  }
  return found;
}

function omitted<T extends object>(whole: T, names: readonly (keyof T)[]): T {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name as keyof T))) as T;
}
