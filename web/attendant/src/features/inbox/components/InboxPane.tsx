import { VisuallyHidden } from "@mantine/core";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

import type { View } from "@/shared/conversations/filter";
import { usePreferences } from "@/shared/storage/preferences";
import { useRoom } from "@/shared/ui/room";

import { useSavedFilters } from "../hooks/useSavedFilters";
import { filterOf, narrowingOf, savedIdOf, searchOf } from "../model/address";
import { ConversationList } from "./ConversationList";
import { FilterBar } from "./FilterBar";
import { SearchBox } from "./SearchBox";
import classes from "./Toolbar.module.css";
import { ViewMenu } from "./ViewMenu";
import { ViewShortcuts } from "./ViewsColumn";

interface Props {
  view: View;
  selectedId: string | undefined;
  /** Whether it has the screen for itself. */
  narrow: boolean;
  /** Whether the views stand beside it. */
  viewsShown: boolean;
}

/** The list of a view, with what searches and narrows it. */
export function InboxPane({ view, selectedId, narrow, viewsShown }: Props) {
  const { t } = useTranslation("inbox");
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const pane = useRef<HTMLElement>(null);
  const { filters } = useSavedFilters();
  const filter = useMemo(() => filterOf(view, search), [view, search]);
  const narrowing = useMemo(() => narrowingOf(search), [search]);
  const savedId = savedIdOf(search);
  const saved = filters.find((one) => one.id === savedId);
  const q = filter.q ?? "";
  const name = saved?.name ?? t(`views.${view}`);
  const go = (to: string) => void navigate({ search: to }, { replace: true });
  return (
    <section className={classes.pane} ref={pane} aria-label={t("list.label", { name })}>
      <VisuallyHidden component="h1">{t("list.label", { name })}</VisuallyHidden>
      <ViewShortcuts conversationId={narrow ? undefined : selectedId} />
      <div className={classes.toolbar}>
        {!viewsShown && (
          <ViewMenu view={view} name={name} conversationId={narrow ? undefined : selectedId} unfolds={!narrow} />
        )}
        <SearchBox
          q={q}
          onSearch={(wanted) => go(searchOf(narrowing, savedId, wanted))}
          onDown={() => pane.current?.querySelector<HTMLElement>("[data-row] > a[tabindex='0']")?.focus()}
        />
      </div>
      <FilterBar
        view={view}
        narrowing={narrowing}
        saved={saved}
        searching={q !== ""}
        onChange={(next) => go(searchOf(next, savedId, q))}
      />
      {q !== "" && (
        <p className={classes.everywhere} key="everywhere">
          {t("search.everywhere")}
        </p>
      )}
      <ConversationList
        key={JSON.stringify(filter)}
        filter={filter}
        name={name}
        selectedId={selectedId}
        remembers={narrow}
      />
    </section>
  );
}

/** Whether there is room for the column of views, and it is not folded. */
export function useViewsShown(): boolean {
  const room = useRoom(75);
  return usePreferences().viewsOpen && room;
}
