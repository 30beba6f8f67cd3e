import { useTranslation } from "react-i18next";

import type { DraftMode } from "@/shared/conversations/drafts";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";
import { useScheduleActions, type Schedule } from "@/shared/scheduled/scheduled";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { undoable } from "@/shared/ui/notify";

import { messagesOf, type Limits } from "../model/messages";

const BETWEEN_MS = 1000;

/** Schedules the draft, which is empty afterwards; taking it back brings it back. Raises what the server refuses. */
export function useScheduling(conversationId: string, mode: DraftMode, limits: Limits | undefined) {
  const { t } = useTranslation("composer");
  const { drafts } = useLiveSession();
  const style = useTimeStyle();
  const { add, cancel } = useScheduleActions();
  return async (when: Schedule): Promise<void> => {
    if (limits === undefined) return;
    const draft = drafts.get(conversationId, mode);
    const made: string[] = [];
    let at = Date.parse(when.at);
    try {
      for (const { body } of messagesOf(draft, mode, limits)) {
        const then = { ...when, at: new Date(at).toISOString() };
        made.push((await add.mutateAsync({ id: conversationId, body, when: then })).id);
        at += BETWEEN_MS; // in this order
      }
    } catch (error) {
      for (const id of made) cancel.mutate(id);
      throw error;
    }
    drafts.clear(conversationId, mode);
    undoable({
      message: t("schedule.done", { at: exactTime(when.at, style) }),
      undo: () => {
        for (const id of made) cancel.mutate(id);
        drafts.set(conversationId, mode, draft);
      },
    });
  };
}
