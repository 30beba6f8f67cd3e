import { Button } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useCounts, type SearchQuery } from "../api/search";
import classes from "./SearchResults.module.css";

/** A filter that is set. */
export interface SetFilter {
  id: string;
  /** What it is called and what it is set to: "Tag: Reclamação". */
  name: string;
  /** The search without it. */
  without: SearchQuery;
  remove: () => void;
}

interface Props {
  query: SearchQuery;
  filters: readonly SetFilter[];
  onWiden: () => void;
}

/** Where filters leave nothing: which of them does it, with what there is without it, and a way out. */
export function Excluding({ query, filters, onWiden }: Props) {
  const { t } = useTranslation("search");
  const several = filters.length > 1;
  const counts = useCounts([...filters.map(({ without }) => without), ...(several ? [{ q: query.q }] : [])]);
  const all = counts.at(-1);
  const told = (count: { total: number; exact: boolean }) =>
    t(count.exact ? "none.finds" : "none.finds_more", { count: count.total });
  const excluding = filters.flatMap((filter, at) => {
    const count = counts[at];
    return count !== undefined && count.total > 0 ? [{ ...filter, count }] : [];
  });
  const known = counts.every((count) => count !== undefined);
  return (
    <div className={classes.excluding} role="group" aria-label={t("none.excluding")}>
      {excluding.map(({ id, name, count, remove }) => (
        <Button
          key={id}
          variant="default"
          size="compact-md"
          className={classes.exclude}
          leftSection={<IconX size={14} stroke={2} aria-hidden />}
          onClick={remove}
        >
          {t("none.without", { name, found: told(count) })}
        </Button>
      ))}
      {known && excluding.length === 0 && (
        <p className={classes.excludingText}>
          {all !== undefined && all.total > 0 ? t("none.together") : t("none.anyway", { q: query.q })}
        </p>
      )}
      {(several || excluding.length === 0) && (
        <Button variant="subtle" size="compact-md" className={classes.exclude} onClick={onWiden}>
          {all !== undefined && all.total > 0 ? t("none.widen_finds", { found: told(all) }) : t("none.widen")}
        </Button>
      )}
    </div>
  );
}
