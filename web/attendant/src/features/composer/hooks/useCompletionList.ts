import { useId, useState, type KeyboardEvent } from "react";

/** What is being typed at the cursor: where it begins, and by what is looked for. */
export interface TypedAt {
  start: number;
  query: string;
}

/** Whether the list of what is typed here was closed by Escape. What begins elsewhere opens it again. */
export function useDismissal(at: TypedAt | null) {
  const [start, setStart] = useState<number | null>(null);
  return {
    dismissed: at !== null && start === at.start,
    dismiss: () => setStart(at?.start ?? null),
    reopen: () => setStart(null),
  };
}

interface Options<One> {
  at: TypedAt | null;
  dismissal: ReturnType<typeof useDismissal>;
  /** What fits. */
  offered: readonly One[];
  idOf: (one: One) => string;
  choose: (one: One) => void;
  /** It is open though nothing fits: it says so. */
  saysNone?: boolean;
}

/** A list above the field, for what is typed at the cursor: which entry is selected, and the keys that choose. */
export function useCompletionList<One>({ at, dismissal, offered, idOf, choose, saysNone = false }: Options<One>) {
  const listId = useId();
  const found = at === null || dismissal.dismissed ? [] : offered;
  const [chosen, setChosen] = useState({ query: "", index: 0 });
  const query = at?.query ?? "";
  const index = chosen.query === query ? Math.min(chosen.index, Math.max(0, found.length - 1)) : 0;
  const selected = found[index];
  const none = saysNone && at !== null && !dismissal.dismissed && found.length === 0;
  const open = found.length > 0 || none;
  const move = (step: number) => setChosen({ query, index: (index + step + found.length) % found.length });

  /** Whether the key was for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!open || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "Escape") dismissal.dismiss();
    else if (selected === undefined) return false;
    else if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) choose(selected);
    else return false;
    event.preventDefault();
    return true;
  };
  const optionId = (one: One) => `${listId}-${idOf(one)}`;
  return {
    open,
    none,
    found,
    index,
    selected,
    listId,
    idOf,
    optionId,
    choose,
    point: (place: number) => setChosen({ query, index: place }),
    onKeyDown,
    aria: {
      "aria-autocomplete": "list" as const,
      "aria-controls": open ? listId : undefined,
      "aria-activedescendant": selected && optionId(selected),
    },
  };
}

export type CompletionList<One> = ReturnType<typeof useCompletionList<One>>;
