/** The list's window onto its rows: which are drawn, which has the focus, and that none of them jumps. */
import { defaultRangeExtractor, useVirtualizer, type Range } from "@tanstack/react-virtual";
import { useEffectEvent, useLayoutEffect, useRef, useState } from "react";

import type { Conversation } from "@/shared/api/types";
import { usePreferences } from "@/shared/storage/preferences";

import type { Left } from "../model/scrollMemory";

/** As `--row-height` in tokens.css. */
const ROW_HEIGHT = { comfortable: 64, compact: 56 };
/** What a third line needs; as in Row.module.css. */
const LINE_HEIGHT = 18;
const OVERSCAN = 8;

interface Options {
  rows: readonly Conversation[];
  /** Where keyboard steps begin when no row has the focus. */
  selectedId: string | undefined;
  /** Where the list was left; it goes on there. */
  left: Left | undefined;
  /** Whether rows have a third line. */
  tall: boolean;
}

export function useRows({ rows, selectedId, left, tall }: Options) {
  const height = ROW_HEIGHT[usePreferences().density] + (tall ? LINE_HEIGHT : 0);
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const [activeId, setActiveId] = useState(left?.activeId);
  const [wantsFocus, setWantsFocus] = useState<string | null>(null);
  const active = rows.findIndex(({ id }) => id === activeId);

  // eslint-disable-next-line react-hooks/incompatible-library -- nothing memoised takes what it answers
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
    initialOffset: left?.offset ?? 0,
    // The row with the focus stays, however far it is scrolled away: focus is not lost.
    rangeExtractor: (range) => withIndex(range, active),
    useFlushSync: false,
  });

  const place = {
    offset: () => virtualizer.scrollOffset ?? 0,
    scrollTo: (offset: number) => virtualizer.scrollToOffset(offset),
  };
  const keepPlace = useKeepPlace(place, rows, height);
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, height]);

  /** Gives a row the focus, scrolling as little as that needs. */
  const focusRow = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (row === undefined) return;
    setActiveId(row.id);
    setWantsFocus(row.id);
    virtualizer.scrollToIndex(rows.indexOf(row), { align: "auto" });
  };

  useLayoutEffect(() => {
    if (wantsFocus === null) return;
    const link = scroller?.querySelector<HTMLElement>(`[data-row="${CSS.escape(wantsFocus)}"] > a`);
    link?.focus({ preventScroll: true });
  }, [wantsFocus, scroller]);

  return {
    /** Takes the element that scrolls. */
    setScroller,
    virtualizer,
    height,
    /** The row that the Tab key reaches. */
    reachableId: active >= 0 ? activeId : (rows.find(({ id }) => id === selectedId)?.id ?? rows[0]?.id),
    /** From the row with the focus, else from the open conversation, `by` rows down. */
    step: (by: number) => {
      const from = active >= 0 ? active : rows.findIndex(({ id }) => id === selectedId);
      focusRow(from < 0 ? 0 : from + by);
    },
    focusRow,
    focused: (id: string) => {
      setActiveId(id);
      setWantsFocus(null);
    },
    scrolled: keepPlace,
  };
}

function withIndex(range: Range, index: number): number[] {
  const shown = defaultRangeExtractor(range);
  if (index < 0 || index >= range.count || shown.includes(index)) return shown;
  return [...shown, index].sort((a, b) => a - b);
}

/** Keeps the first visible row where it is when rows above it come or go. */
function useKeepPlace(
  { offset, scrollTo }: { offset: () => number; scrollTo: (offset: number) => void },
  rows: readonly Conversation[],
  height: number,
): () => void {
  const anchor = useRef<{ id: string; index: number; offset: number } | null>(null);
  const remember = () => {
    const top = offset();
    const index = Math.floor(top / height);
    const row = rows[index];
    anchor.current = top > 0 && row !== undefined ? { id: row.id, index, offset: top - index * height } : null;
  };
  const keep = useEffectEvent(() => {
    const kept = anchor.current;
    if (kept !== null && rows[kept.index]?.id !== kept.id) {
      const index = rows.findIndex(({ id }) => id === kept.id);
      if (index >= 0) scrollTo(index * height + kept.offset);
    }
    remember();
  });
  useLayoutEffect(() => keep(), [rows, height]);
  return remember;
}
