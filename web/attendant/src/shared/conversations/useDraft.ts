/** What was typed in a conversation and not sent. */
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";

import { isEmpty, type Draft, type DraftMode } from "@/shared/conversations/drafts";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";

/**
 * The draft of this conversation and mode. `set` takes changes and is immediate; it is written a moment later and when
 * the composer goes. `hold()` on focus keeps other tabs' typing out until what it answers is called, on blur.
 */
export function useDraft(conversationId: string, mode: DraftMode) {
  const { drafts } = useLiveSession();
  const draft = useSyncExternalStore(
    useCallback((listener) => drafts.subscribe(conversationId, mode, listener), [drafts, conversationId, mode]),
    useCallback(() => drafts.get(conversationId, mode), [drafts, conversationId, mode]),
  );
  useEffect(() => () => void drafts.flush(), [drafts, conversationId, mode]);
  const actions = useMemo(
    () => ({
      set: (changes: Partial<Draft>) => drafts.set(conversationId, mode, changes),
      clear: () => drafts.clear(conversationId, mode),
      hold: () => drafts.hold(conversationId, mode),
    }),
    [drafts, conversationId, mode],
  );
  return { draft, ...actions };
}

/** The unsent reply, for a row of the list ("Rascunho: …"); null when there is none. */
export function useDraftOf(conversationId: string): Draft | null {
  const { drafts } = useLiveSession();
  return useSyncExternalStore(
    useCallback((listener) => drafts.subscribe(conversationId, "reply", listener), [drafts, conversationId]),
    useCallback(() => {
      const draft = drafts.get(conversationId, "reply");
      return isEmpty(draft) ? null : draft;
    }, [drafts, conversationId]),
  );
}
