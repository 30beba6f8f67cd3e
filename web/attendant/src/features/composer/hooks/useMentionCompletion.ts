import { useId, useState, type KeyboardEvent, type RefObject } from "react";

import { useColleagues } from "@/shared/conversations/colleagues";
import { useMe } from "@/shared/session/SessionProvider";
import { mentionable, mentionAt, type Person } from "@/shared/text/mentions";

import { insertText } from "../model/insertText";

/** `@ana` at the cursor of a note: the colleagues who fit, and the keys that choose one. */
export function useMentionCompletion(
  area: RefObject<HTMLTextAreaElement | null>,
  text: string,
  cursor: number | null,
  enabled: boolean,
) {
  const me = useMe().id;
  const listId = useId();
  const colleagues = useColleagues(enabled);
  const at = cursor === null || !enabled ? null : mentionAt(text, cursor);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const found =
    at === null || dismissed === at.start
      ? []
      : mentionable(
          at.query,
          colleagues.filter(({ id }) => id !== me),
        );
  const [chosen, setChosen] = useState({ query: "", index: 0 });
  const index = chosen.query === at?.query ? Math.min(chosen.index, found.length - 1) : 0;
  // A whole name that was written is complete: Enter sends the note.
  const complete = found.some(({ name }) => name === at?.query);
  const open = found.length > 0 && at !== null && !complete;

  const choose = ({ name }: Person) => {
    if (area.current !== null && at !== null) insertText(area.current, `@${name} `, at.start, at.end);
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
  const optionId = ({ id }: Person) => `${listId}-${id}`;
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
