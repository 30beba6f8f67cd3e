import { useTranslation } from "react-i18next";

import type { Count } from "@/shared/api/types";
import type { View } from "@/shared/conversations/filter";
import { useCounts, useFilterCount } from "@/shared/conversations/queries";
import { usePreferences } from "@/shared/storage/preferences";

import { filterOf, searchOf } from "../model/address";
import type { SavedFilter } from "../model/savedFilters";
import classes from "./Views.module.css";

/** The number beside a view: what needs a person. In the queue that is every conversation, elsewhere the unread ones. */
export function ViewCount({ view }: { view: View }) {
  const counts = useCounts();
  if (counts === undefined || view === "closed") return null;
  return <Number view={view} count={counts[view]} limit={counts.limit} />;
}

export function SavedCount({ filter }: { filter: SavedFilter }) {
  const count = useFilterCount(filterOf(filter.view, new URLSearchParams(searchOf(filter))));
  if (count === undefined) return null;
  return <Number view={filter.view} count={count} limit={count.limit} />;
}

function Number({ view, count, limit }: { view: View; count: Count; limit: number }) {
  const { t } = useTranslation("inbox");
  const { language } = usePreferences();
  const format = new Intl.NumberFormat(language);
  const show = (value: number) => (value >= limit ? `${format.format(limit - 1)}+` : format.format(value));
  const needed = view === "queue" ? count.total : count.unread;
  if (needed === 0) return null;
  const words =
    view === "queue"
      ? t("views.count.queue", { count: count.total, total: show(count.total) })
      : t("views.count.unread", { unread: show(count.unread), total: show(count.total) });
  return (
    <span className={classes.count} title={words} role="img" aria-label={words}>
      {show(needed)}
    </span>
  );
}
