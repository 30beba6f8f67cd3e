import type { RefObject } from "react";

import { useColleagues } from "@/shared/conversations/colleagues";
import { useMe } from "@/shared/session/SessionProvider";
import { mentionable, mentionAt } from "@/shared/text/mentions";

import { insertText } from "../model/insertText";
import { useCompletionList, useDismissal } from "./useCompletionList";

/** `@ana` at the cursor of a note: the colleagues who fit. */
export function useMentionCompletion(
  area: RefObject<HTMLTextAreaElement | null>,
  text: string,
  cursor: number | null,
  enabled: boolean,
) {
  const me = useMe().id;
  const colleagues = useColleagues(enabled);
  const at = cursor === null || !enabled ? null : mentionAt(text, cursor);
  const others = colleagues.filter(({ id }) => id !== me);
  const fitting = at === null ? [] : mentionable(at.query, others);
  // A whole name that was written is complete: Enter sends the note.
  const complete = fitting.some(({ name }) => name === at?.query);
  return useCompletionList({
    at,
    dismissal: useDismissal(at),
    offered: complete ? [] : fitting,
    idOf: ({ id }) => id,
    choose: ({ name }) => {
      if (area.current !== null && at !== null) insertText(area.current, `@${name} `, at.start, at.end);
    },
  });
}
