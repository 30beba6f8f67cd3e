import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { TryAsCustomer } from "@/features/sandbox";
import type { ConversationFilter, View } from "@/shared/conversations/filter";
import { EmptyState } from "@/shared/ui/EmptyState";
import type { DrawingName } from "@/shared/ui/Drawing";

import { isNarrowed } from "../model/address";

const DRAWINGS: Record<View, DrawingName> = {
  mine: "conversations",
  queue: "done",
  team: "conversations",
  all: "conversations",
  bot: "conversations",
  snoozed: "done",
  favourites: "thread",
  mentions: "thread",
  closed: "done",
};

/** What an empty list is for, and where to go from it. */
export function EmptyList({ filter }: { filter: ConversationFilter }) {
  const { t } = useTranslation("inbox");
  const { view, q } = filter;
  if (q) return <EmptyState title={t("search.none", { q })} text={t("search.none_text")} drawing="search" />;
  if (isNarrowed(filter)) {
    const clear = (
      <Button variant="default" component={Link} to={`/inbox/${view}`}>
        {t("filter.clear")}
      </Button>
    );
    return (
      <EmptyState title={t("empty.narrowed.title")} text={t("empty.narrowed.text")} drawing="search" action={clear} />
    );
  }
  return (
    <EmptyState
      title={t(`empty.${view}.title`)}
      text={t(`empty.${view}.text`)}
      drawing={DRAWINGS[view]}
      action={<FirstStep view={view} />}
    />
  );
}

function FirstStep({ view }: { view: View }) {
  const { t } = useTranslation("inbox");
  if (view === "mine") {
    return (
      <Button component={Link} to="/inbox/queue">
        {t("empty.to_queue")}
      </Button>
    );
  }
  if (view === "favourites") {
    return (
      <Button variant="default" component={Link} to="/inbox/all">
        {t("empty.to_all")}
      </Button>
    );
  }
  return view === "queue" || view === "all" ? <TryAsCustomer /> : null;
}
