import { useTranslation } from "react-i18next";

import type { Count } from "@/shared/api/types";
import type { View } from "@/shared/conversations/filter";
import { useCounts, useFilterCount } from "@/shared/conversations/queries";
import { countOf } from "@/shared/realtime/counts";
import { usePreferences } from "@/shared/storage/preferences";

import { filterOf, searchOf } from "../model/address";
import type { SavedFilter } from "../model/savedFilters";
import classes from "./Views.module.css";

/**
 * The number beside a view: what needs a person. In the queue that is every conversation, elsewhere the unread ones;
 * all of them hold the queue, too, so that "all" is never less than a part of it.
 */
export function ViewCount({ view }: { view: View }) {
  const counts = useCounts();
  const count = counts && countOf(counts, view);
  if (counts === undefined || count === undefined) return null;
  const unanswered = view === "all" ? counts.queue.total - counts.queue.unread : 0;
  return <Number view={view} count={count} limit={counts.limit} read={Math.max(0, unanswered)} />;
}

export function SavedCount({ filter }: { filter: SavedFilter }) {
  const count = useFilterCount(filterOf(filter.view, new URLSearchParams(searchOf(filter))));
  if (count === undefined) return null;
  return <Number view={filter.view} count={count} limit={count.limit} />;
}

interface Props {
  view: View;
  count: Count;
  limit: number;
  /** How many more need a person although they were read. */
  read?: number;
}

function Number({ view, count, limit, read = 0 }: Props) {
  const { t } = useTranslation("inbox");
  const { language } = usePreferences();
  const format = new Intl.NumberFormat(language);
  const show = (value: number) => (value >= limit ? `${format.format(limit - 1)}+` : format.format(value));
  const needed = view === "queue" ? count.total : count.unread + read;
  if (needed === 0) return null;
  const words = {
    queue: () => t("views.count.queue", { count: count.total, total: show(count.total) }),
    all: () => t("views.count.all", { needed: show(needed), total: show(count.total) }),
    unread: () => t("views.count.unread", { unread: show(count.unread), total: show(count.total) }),
  }[view === "queue" ? "queue" : read > 0 ? "all" : "unread"]();
  return (
    <span className={classes.count} title={words} role="img" aria-label={words}>
      {show(needed)}
    </span>
  );
}
