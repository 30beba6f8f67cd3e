import { useCallback, useSyncExternalStore } from "react";

import { upload } from "@/shared/api/upload";
import type { DraftMode, Drafts } from "@/shared/conversations/drafts";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";

import type { SentAs } from "../model/files";
import { Uploads } from "../model/uploads";

/** One for each attendant, as the drafts are. */
const all = new WeakMap<Drafts, Uploads>();

function uploadsOf(drafts: Drafts): Uploads {
  const found = all.get(drafts) ?? new Uploads(drafts, upload);
  all.set(drafts, found);
  return found;
}

/** The files that are on their way into a draft. */
export function useUploads(conversationId: string, mode: DraftMode) {
  const { drafts } = useLiveSession();
  const uploads = uploadsOf(drafts);
  const pending = useSyncExternalStore(
    uploads.subscribe,
    useCallback(() => uploads.of(conversationId, mode), [uploads, conversationId, mode]),
  );
  return {
    pending,
    add: useCallback(
      (files: readonly File[], as?: SentAs) => uploads.add(conversationId, mode, files, as),
      [uploads, conversationId, mode],
    ),
    cancel: useCallback((id: string) => uploads.cancel(id), [uploads]),
    retry: useCallback((id: string) => uploads.retry(id), [uploads]),
    originalOf: useCallback((id: string) => uploads.originalOf(id), [uploads]),
  };
}
