/** Everything that the person has begun to write, in all conversations. */
import { useCallback, useMemo, useSyncExternalStore } from "react";

import { isEmpty, type DraftPlace, type StoredDraft } from "@/shared/conversations/drafts";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";

export type OwnDraft = DraftPlace & StoredDraft;

/** The drafts, the latest first. */
export function useAllDrafts(): readonly OwnDraft[] {
  const { drafts } = useLiveSession();
  const all = useSyncExternalStore(
    drafts.subscribeAll,
    useCallback(() => drafts.snapshot(), [drafts]),
  );
  return useMemo(
    () =>
      all
        .filter(([, draft]) => !isEmpty(draft))
        .map(([place, draft]) => ({ ...place, ...draft }))
        .sort((a, b) => b.at - a.at),
    [all],
  );
}
