import { Button, Loader } from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import { Suspense, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";

import type { Conversation } from "@/shared/api/types";
import { orderOf, type ConversationFilter } from "@/shared/conversations/filter";
import { useConversationList } from "@/shared/conversations/queries";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { useQueued } from "@/shared/routing/queued";
import { useMe } from "@/shared/session/SessionProvider";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PartBoundary } from "@/shared/ui/PartBoundary";
import { RowSkeletons } from "@/shared/ui/Skeletons";
import { lazyPart } from "@/shared/ui/lazyPart";

import { SnoozeDialog } from "@/shared/conversations/SnoozeMenu";
import { useSnooze } from "@/shared/conversations/useSnooze";
import { rowKeys } from "../hooks/rowKeys";
import { useArrangement } from "../hooks/useArrangement";
import { useHold } from "../hooks/useHold";
import { useRowActions } from "../hooks/useRowActions";
import { useBulk } from "../hooks/useBulk";
import { useSelection } from "../hooks/useSelection";
import { useRows } from "../hooks/useRows";
import { useStrip } from "../hooks/useStrip";
import { scrollMemory } from "../model/scrollMemory";
import classes from "./ConversationList.module.css";
import { EmptyList } from "./EmptyList";
import { Row, type RowHandlers } from "./Row";
import type { RowDeed } from "./RowButtons";

const BulkBar = lazyPart(async () => (await import("./BulkBar")).BulkBar);

interface Props {
  filter: ConversationFilter;
  /** The name of what is shown. */
  name: string;
  selectedId: string | undefined;
  /** Whether coming back goes on at the same place. */
  remembers: boolean;
}

/** So many rows before the end of what is loaded, the next page is asked for. */
const AHEAD = 12;

/** The conversations of a filter. Its key is the filter: another one starts anew. */
export function ConversationList({ filter, name, selectedId, remembers }: Props) {
  const { t } = useTranslation("inbox");
  const list = useConversationList(filter);
  const empty = list.conversations.length === 0;
  if (list.status === "pending") return <RowSkeletons />;
  if (list.status === "error" && empty) {
    return <ErrorState error={list.error} title={t("error.title")} retry={() => void list.refetch()} />;
  }
  return <LoadedList list={list} filter={filter} name={name} selectedId={selectedId} remembers={remembers} />;
}

function LoadedList({ list, filter, name, selectedId, remembers }: Props & { list: List }) {
  const { t } = useTranslation("inbox");
  const me = useMe().id;
  const { search } = useLocation();
  const memory = remembers ? JSON.stringify(filter) : null;
  const [left] = useState(() => (memory === null ? undefined : scrollMemory.of(memory)));
  const { hold, handlers: holding } = useHold(left !== undefined && left.offset > 0);
  const { shown, release } = useArrangement(list.conversations, hold, orderOf(filter));
  const { rows, gone, waiting } = shown;
  const tall = useQueued() && filter.view === "queue" && filter.q === undefined;
  const strip = useStrip(waiting > 0);
  const { setScroller, ...view } = useRows({ rows, selectedId, left, tall });
  const [assigningId, setAssigningId] = useState<string | null>(null);
  const [snoozingId, setSnoozingId] = useState<string | null>(null);
  const [own, setOwn] = useState<Conversation | null>(null);
  const selection = useSelection(rows);
  const bulk = useBulk();
  const { snooze } = useSnooze();
  const handlers = useHandlers(rows, view.focusRow, {
    assigning: setAssigningId,
    snoozing: setSnoozingId,
    select: selection.select,
    snooze,
    snoozeOwn: setOwn,
  });
  useListShortcuts(view.step);
  useLoadAhead(list, view.virtualizer.getVirtualItems().at(-1)?.index ?? -1);

  if (rows.length === 0) return <EmptyList filter={filter} />;
  const total = list.hasMore ? -1 : rows.length;
  return (
    <div
      className={classes.frame}
      onPointerEnter={holding.onPointerEnter}
      onPointerLeave={holding.onPointerLeave}
      onPointerMove={strip.onPointerMove}
      onFocus={holding.onFocus}
      onBlur={holding.onBlur}
    >
      <div
        ref={setScroller}
        className={classes.scroller}
        onScroll={(event) => {
          holding.onScroll(event);
          view.scrolled();
          const offset = event.currentTarget.scrollTop;
          if (memory !== null) scrollMemory.keep(memory, { offset, activeId: view.reachableId });
        }}
        onFocus={(event) => {
          const id = event.target.closest("[data-row]")?.getAttribute("data-row");
          if (id) view.focused(id);
        }}
        onKeyDown={rowKeys({ rows, handlers, step: view.step, focusRow: view.focusRow })}
      >
        <ul
          className={classes.rows}
          data-tall={tall || undefined}
          aria-label={t("list.label", { name })}
          style={{ height: view.virtualizer.getTotalSize() }}
        >
          {view.virtualizer.getVirtualItems().map(({ index, start, key }) => {
            const conversation = rows[index];
            if (conversation === undefined) return null;
            return (
              <Row
                key={key}
                conversation={conversation}
                view={filter.view}
                search={search}
                me={me}
                gone={gone.has(conversation.id)}
                selected={conversation.id === selectedId}
                reachable={conversation.id === view.reachableId}
                assigning={conversation.id === assigningId}
                snoozing={conversation.id === snoozingId}
                checked={selection.ids.has(conversation.id)}
                selecting={selection.ids.size > 0}
                queued={tall}
                position={index + 1}
                total={total}
                start={start}
                handlers={handlers}
              />
            );
          })}
        </ul>
        <ListEnd list={list} />
      </div>
      {selection.ids.size > 0 && (
        <PartBoundary part="bulk">
          <Suspense fallback={<div className={classes.strip} />}>
            <BulkBar
              selected={selection.selected}
              all={selection.all}
              running={bulk.running}
              onAll={selection.selectAll}
              onClear={selection.clear}
              onAction={(wanted) => void bulk.run(selection.selected, wanted).then((done) => done && selection.clear())}
            />
          </Suspense>
        </PartBoundary>
      )}
      <SnoozeDialog
        opened={own !== null}
        close={() => setOwn(null)}
        onChoose={(until) => own !== null && snooze(own, until)}
      />
      {strip.shown && selection.ids.size === 0 && (
        <div className={classes.strip}>
          <button
            type="button"
            className={classes.fresh}
            title={t("list.fresh_hint")}
            onClick={() => {
              release();
              view.virtualizer.scrollToOffset(0);
            }}
          >
            <IconArrowUp size={16} stroke={2} aria-hidden />
            <span>{t("list.fresh", { count: waiting })}</span>
          </button>
        </div>
      )}
    </div>
  );
}

type List = ReturnType<typeof useConversationList>;

/** What stands below the last row. */
function ListEnd({ list }: { list: List }) {
  const { t } = useTranslation(["inbox", "app"]);
  const failed = list.moreError !== null ? t("list.more_failed") : list.status === "error" ? t("list.stale") : null;
  if (failed !== null) {
    const again = () => void (list.moreError !== null ? list.loadMore() : list.refetch());
    return (
      <div className={classes.end} role="alert">
        <span>{failed}</span>
        <Button size="compact-sm" variant="default" onClick={again}>
          {t("app:error.retry")}
        </Button>
      </div>
    );
  }
  return (
    <div className={classes.end}>
      {list.hasMore ? (
        <span key="more" className={classes.loading}>
          <Loader size={14} /> <span>{t("list.loading")}</span>
        </span>
      ) : (
        <span key="end">{t("list.end")}</span>
      )}
    </div>
  );
}

/** The handlers of all rows; after what takes a row out of the list, the focus goes on to the next one. */
function useHandlers(
  rows: readonly Conversation[],
  focusRow: (index: number) => void,
  others: Pick<RowHandlers, "assigning" | "snoozing" | "snooze" | "snoozeOwn" | "select">,
): RowHandlers {
  const { close, reopen, take, favourite, unread, assign } = useRowActions();
  const now = {
    deed: (conversation: Conversation, what: RowDeed) => {
      ({ close, reopen, take, favourite, unread })[what](conversation);
      if (what === "favourite" || what === "unread" || !hasFocus(conversation.id)) return;
      const at = rows.findIndex(({ id }) => id === conversation.id);
      focusRow(at + 1 < rows.length ? at + 1 : at - 1);
    },
    assign,
    ...others,
  };
  // Rows that have not changed are not drawn again, so what they get stays the same.
  const latest = useRef(now);
  useLayoutEffect(() => {
    latest.current = now;
  });
  return useMemo(
    () => ({
      deed: (...args) => latest.current.deed(...args),
      assign: (...args) => latest.current.assign(...args),
      assigning: (...args) => latest.current.assigning(...args),
      snoozing: (...args) => latest.current.snoozing(...args),
      snooze: (...args) => latest.current.snooze(...args),
      snoozeOwn: (...args) => latest.current.snoozeOwn(...args),
      select: (...args) => latest.current.select(...args),
    }),
    [],
  );
}

function hasFocus(id: string): boolean {
  return document.activeElement?.closest("[data-row]")?.getAttribute("data-row") === id;
}

function useListShortcuts(step: (by: number) => void): void {
  const { t } = useTranslation("inbox");
  const common = { scope: "list", repeats: true, notInPalette: true } as const;
  useShortcut({ ...common, keys: "j", label: t("list.next"), run: () => step(1) });
  useShortcut({ ...common, keys: "k", label: t("list.previous"), run: () => step(-1) });
}

function useLoadAhead(list: List, lastDrawn: number): void {
  const { hasMore, loadingMore, moreError, loadMore } = list;
  const near = lastDrawn >= list.conversations.length - AHEAD;
  useEffect(() => {
    if (near && hasMore && !loadingMore && moreError === null) void loadMore();
  }, [near, hasMore, loadingMore, moreError, loadMore, list.conversations.length]);
}
