import { useId, useState, type KeyboardEvent, type RefObject } from "react";
import { useQuery } from "@tanstack/react-query";

import { usePreferences } from "@/shared/storage/preferences";

import { completionAt, completionsOf, type NamedEmoji } from "../model/completion";
import { insertText } from "../model/insertText";

/** `:smi` at the cursor: the emojis that fit, and the keys that choose one. The names are loaded at the first colon. */
export function useEmojiCompletion(area: RefObject<HTMLTextAreaElement | null>, text: string, cursor: number | null) {
  const { language } = usePreferences();
  const listId = useId();
  const at = cursor === null ? null : completionAt(text, cursor);
  const { data: emojis } = useQuery({
    queryKey: ["emoji-names", language],
    queryFn: async () => (await import("../api/emoji")).namedEmojis(language),
    enabled: at !== null,
    staleTime: Infinity,
    networkMode: "always",
  });
  const [dismissed, setDismissed] = useState<number | null>(null);
  const found = at === null || emojis === undefined || dismissed === at.start ? [] : completionsOf(at, emojis);
  const [chosen, setChosen] = useState({ query: "", index: 0 });
  const index = chosen.query === at?.query ? Math.min(chosen.index, found.length - 1) : 0;
  const open = found.length > 0 && at !== null;

  const choose = (emoji: NamedEmoji) => {
    if (area.current !== null && at !== null) insertText(area.current, `${emoji.emoji} `, at.start, at.end);
  };
  const move = (step: number) =>
    setChosen({ query: at?.query ?? "", index: (index + step + found.length) % found.length });

  /** Whether the key was for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!open || event.ctrlKey || event.metaKey || event.altKey) return false;
    const selected = found[index];
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && selected) choose(selected);
    else if (event.key === "Escape") setDismissed(at.start);
    else return false;
    event.preventDefault();
    return true;
  };
  const optionId = (one: NamedEmoji) => `${listId}-${one.code}`;
  const selected = found[index];
  return {
    open,
    found,
    index,
    listId,
    optionId,
    choose,
    onKeyDown,
    aria: {
      "aria-autocomplete": "list" as const,
      "aria-controls": open ? listId : undefined,
      "aria-activedescendant": open && selected ? optionId(selected) : undefined,
    },
  };
}
