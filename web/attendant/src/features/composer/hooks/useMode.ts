import { useState } from "react";

import { isEmpty, type DraftMode } from "@/shared/conversations/drafts";
import { useDraft } from "@/shared/conversations/useDraft";

/** The mode in which this tab left each conversation. */
const chosen = new Map<string, DraftMode>();

/**
 * Whether the customer is answered or a note is written. It changes by the attendant's doing alone; a conversation in
 * which only a note was begun opens with the note.
 */
export function useMode(conversationId: string): [DraftMode, (mode: DraftMode) => void] {
  const [mode, setMode] = useState(() => chosen.get(conversationId));
  const reply = useDraft(conversationId, "reply").draft;
  const note = useDraft(conversationId, "note").draft;
  const usual = isEmpty(reply) && !isEmpty(note) ? "note" : "reply";
  return [
    mode ?? usual,
    (next) => {
      chosen.set(conversationId, next);
      setMode(next);
    },
  ];
}
