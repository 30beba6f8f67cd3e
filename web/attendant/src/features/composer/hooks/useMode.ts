import { useState } from "react";

import { isEmpty, type DraftMode, type Drafts } from "@/shared/conversations/drafts";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";

/** The mode in which this tab left each conversation. */
const chosen = new Map<string, DraftMode>();

/**
 * Whether the customer is answered or a note is written. It changes by the attendant's doing alone, whatever their
 * other devices do to the drafts; a conversation in which only a note was begun opens with the note, and one that
 * somebody looks on at (`whispers`) too.
 */
export function useMode(conversationId: string, whispers = false): [DraftMode, (mode: DraftMode) => void] {
  const { drafts } = useLiveSession();
  const [mode, setMode] = useState(() =>
    whispers ? "note" : (chosen.get(conversationId) ?? usualMode(drafts, conversationId)),
  );
  return [
    mode,
    (next) => {
      if (!whispers) chosen.set(conversationId, next);
      setMode(next);
    },
  ];
}

function usualMode(drafts: Drafts, conversationId: string): DraftMode {
  const noteAlone = isEmpty(drafts.get(conversationId, "reply")) && !isEmpty(drafts.get(conversationId, "note"));
  return noteAlone ? "note" : "reply";
}
