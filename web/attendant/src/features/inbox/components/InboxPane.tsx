import { VisuallyHidden } from "@mantine/core";
import { Suspense, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate, useSearchParams } from "react-router";

import {
  refinementOf,
  remember,
  SearchChips,
  SearchResults,
  SearchTabs,
  withRefinement,
  type Refinement,
  type SearchQuery,
} from "@/features/search";
import { loadQueue, QueueHeadPlace } from "@/features/queue";
import type { View } from "@/shared/conversations/filter";
import { useMe } from "@/shared/session/SessionProvider";
import { usePreferences } from "@/shared/storage/preferences";
import { RowSkeletons } from "@/shared/ui/Skeletons";
import { lazyPart } from "@/shared/ui/lazyPart";
import { useRoom } from "@/shared/ui/room";

import { useFilterOptions } from "../hooks/useFilterOptions";
import { useSavedFilters } from "../hooks/useSavedFilters";
import { useSetFilters } from "../hooks/useSetFilters";
import { filterOf, narrowingOf, savedIdOf, searchOf, type Narrowing } from "../model/address";
import { ConversationList } from "./ConversationList";
import { FilterBar } from "./FilterBar";
import { AssigneeChip, ChannelChip } from "./FilterChips";
import { MarkFilter } from "./MarkFilter";
import { SearchBox } from "./SearchBox";
import classes from "./Toolbar.module.css";
import { ViewMenu } from "./ViewMenu";
import { ViewShortcuts } from "./ViewsColumn";

const QueueHead = lazyPart(async () => (await loadQueue()).QueueHead);

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
  // Also the texts of the search: whoever clicks into its box would else lose the focus, and what they type, to waiting.
  const { t } = useTranslation(["inbox", "search"]);
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const location = useLocation();
  const pane = useRef<HTMLElement>(null);
  const { filters } = useSavedFilters();
  const filter = useMemo(() => filterOf(view, search), [view, search]);
  const narrowing = useMemo(() => narrowingOf(search), [search]);
  const savedId = savedIdOf(search);
  const saved = filters.find((one) => one.id === savedId);
  const q = filter.q ?? "";
  const refinement = useMemo(() => refinementOf(search), [search]);
  const searching = q !== "" || refinement.conversationId !== undefined;
  const messages = searching && refinement.conversations !== true;
  const name = saved?.name ?? t(`views.${view}`);
  const me = useMe().id;
  const go = (to: string, refined = refinement) =>
    void navigate({ search: withRefinement(to, refined), hash: location.hash }, { replace: true });
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
          onSearch={(wanted) => go(searchOf(narrowing, savedId, wanted), wanted === "" ? {} : refinement)}
          onChosen={(wanted) => remember(me, wanted)}
          onDown={() =>
            pane.current?.querySelector<HTMLElement>("[data-result], [data-row] > a[tabindex='0']")?.focus()
          }
        />
      </div>
      {q !== "" && refinement.conversationId === undefined && (
        <Suspense fallback={null}>
          <SearchTabs
            conversations={!messages}
            onChange={(conversations) => go(search.toString(), conversations ? { conversations } : {})}
          />
        </Suspense>
      )}
      {!messages && (
        <FilterBar
          view={view}
          narrowing={narrowing}
          saved={saved}
          searching={q !== ""}
          onChange={(next) => go(searchOf(next, savedId, q))}
        />
      )}
      {view === "queue" && q === "" && !messages && (
        <Suspense fallback={<QueueHeadPlace />}>
          <QueueHead
            teamId={narrowing.team}
            onTeam={(team) => {
              const others = Object.fromEntries(Object.entries(narrowing).filter(([name]) => name !== "team"));
              go(searchOf(team === undefined ? others : { ...narrowing, team }, savedId, q));
            }}
          />
        </Suspense>
      )}
      {q !== "" && !messages && (
        <p className={classes.everywhere} key="everywhere">
          {t("search.everywhere")}
        </p>
      )}
      {messages ? (
        <Suspense fallback={<RowSkeletons />}>
          <Messages
            {...{ q, view, narrowing, refinement }}
            onNarrow={(next) => go(searchOf(next, savedId, q))}
            onRefine={(next) => go(search.toString(), next)}
            onWiden={() => go(searchOf({}, null, q), {})}
            onLeave={() => pane.current?.querySelector<HTMLElement>("input[type=search]")?.focus()}
          />
        </Suspense>
      ) : (
        <ConversationList
          key={JSON.stringify(filter)}
          filter={filter}
          name={name}
          selectedId={selectedId}
          remembers={narrow}
        />
      )}
    </section>
  );
}

interface MessagesProps {
  q: string;
  view: View;
  narrowing: Narrowing;
  refinement: Refinement;
  onNarrow: (narrowing: Narrowing) => void;
  onRefine: (refinement: Refinement) => void;
  onWiden: () => void;
  onLeave: () => void;
}

/** What is found in all messages, with the chips that narrow it. */
function Messages({ q, view, narrowing, refinement, onNarrow, onRefine, onWiden, onLeave }: MessagesProps) {
  const options = useFilterOptions();
  const { channel, accountId, assignee, type, label, tag } = narrowing;
  const { conversationId, direction, from, to } = refinement;
  const query: SearchQuery = {
    q,
    ...(conversationId !== undefined
      ? { conversation_id: conversationId }
      : {
          ...(channel && { channel }),
          ...(accountId && { account_id: accountId }),
          ...(assignee && { assignee }),
          ...(type && { type }),
          ...(label && { label }),
          ...(tag && { tag }),
        }),
    ...(direction && { direction }),
    ...(from && { from }),
    ...(to && { to }),
  };
  const filters = useSetFilters({ query, narrowing, refinement, options, onNarrow, onRefine });
  return (
    <>
      <SearchChips refinement={refinement} onChange={onRefine}>
        <ChannelChip narrowing={narrowing} options={options} onChange={onNarrow} />
        <AssigneeChip narrowing={narrowing} options={options} onChange={onNarrow} />
        <MarkFilter narrowing={narrowing} onChange={onNarrow} />
      </SearchChips>
      <SearchResults query={query} view={view} filters={filters} onWiden={onWiden} onLeave={onLeave} />
    </>
  );
}

/** Whether there is room for the column of views, and it is not folded. */
export function useViewsShown(): boolean {
  const room = useRoom(75);
  return usePreferences().viewsOpen && room;
}
