import { useEffect, useMemo, useState } from "react";

import type { Conversation } from "@/shared/api/types";

import { everything, extended, MOST_SELECTED, NOTHING, present, toggled } from "../model/selection";

/** The selected rows of a list; Escape leaves them. */
export function useSelection(rows: readonly Conversation[]) {
  const [selection, setSelection] = useState(NOTHING);
  const shown = useMemo(() => rows.map(({ id }) => id), [rows]);
  const now = useMemo(() => present(selection, shown), [selection, shown]);
  const selected = useMemo(() => rows.filter(({ id }) => now.ids.has(id)), [rows, now]);
  const some = now.ids.size > 0;
  useEffect(() => {
    if (!some) return undefined;
    const leave = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      setSelection(NOTHING);
    };
    document.addEventListener("keydown", leave);
    return () => document.removeEventListener("keydown", leave);
  }, [some]);
  return {
    ids: now.ids,
    selected,
    all: now.ids.size === Math.min(shown.length, MOST_SELECTED),
    select: (id: string, range: boolean) => setSelection(range ? extended(now, id, shown) : toggled(now, id)),
    selectAll: () => setSelection(everything(shown)),
    clear: () => setSelection(NOTHING),
  };
}
