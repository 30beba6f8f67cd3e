import { useCallback, useSyncExternalStore } from "react";

import { upload } from "@/shared/api/upload";
import type { DraftMode } from "@/shared/conversations/drafts";
import type { LiveSession } from "@/shared/realtime/liveSession";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";

import type { FileFacts, SentAs } from "../model/files";
import { Uploads } from "../model/uploads";

/** One for each attendant, as the drafts are. */
const all = new WeakMap<LiveSession, Uploads>();

function uploadsOf(session: LiveSession): Uploads {
  const found = all.get(session);
  if (found !== undefined) return found;
  const made = new Uploads(session.drafts, upload);
  all.set(session, made);
  session.subscribe(() => {
    if (session.connectionState() === "live") made.wake();
  });
  return made;
}

/** The files that are on their way into a draft. */
export function useUploads(conversationId: string, mode: DraftMode) {
  const uploads = uploadsOf(useLiveSession());
  const pending = useSyncExternalStore(
    uploads.subscribe,
    useCallback(() => uploads.of(conversationId, mode), [uploads, conversationId, mode]),
  );
  return {
    pending,
    add: useCallback(
      (files: readonly File[], as?: SentAs, held?: (file: FileFacts) => boolean) =>
        uploads.add(conversationId, mode, files, as, held),
      [uploads, conversationId, mode],
    ),
    cancel: useCallback((id: string) => uploads.cancel(id), [uploads]),
    retry: useCallback((id: string) => uploads.retry(id), [uploads]),
    originalOf: useCallback((id: string) => uploads.originalOf(id), [uploads]),
  };
}
