import { useTranslation } from "react-i18next";

import type { ScheduledMessage } from "@/shared/api/types";
import { useScheduleActions, type Schedule } from "@/shared/scheduled/scheduled";
import { useMe } from "@/shared/session/SessionProvider";
import { serverClock } from "@/shared/time/clock";
import { notifyDone, notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

/** A time must lie ahead when the server sees it; what is due is said at once. */
const NOW_MS = 5000;

/**
 * What can be done with a scheduled message: changed, said now, taken out with a way back. By promises, not callbacks of
 * the mutation: its row is gone before those are called.
 */
export function useScheduledEdits(one: ScheduledMessage) {
  const { t } = useTranslation(["composer", "unsent"]);
  const me = useMe();
  const problemText = useProblemText();
  const { cancel, add, change } = useScheduleActions();
  const mine = one.author.id === me.id;
  const onError = (error: unknown) => {
    const { text, code } = problemText(error);
    notifyFailed(t("schedule.failed"), text, code);
  };
  const again = () => {
    const body = {
      direction: one.direction === "note" ? ("note" as const) : ("outbound" as const),
      text: one.text ?? null,
      attachment_ids: one.attachments.map(({ id }) => id),
      reply_to: one.reply_to ?? null,
    };
    const when = { at: one.scheduled_for, cancelOnReply: one.cancel_on_reply };
    add.mutateAsync({ id: one.conversation_id, body, when }).catch(onError);
  };
  return {
    mine,
    /** Raises what was refused. */
    save: async (when: Schedule, text?: string) => {
      await change.mutateAsync({ one, when, ...(text !== undefined && { text }) });
    },
    sayNow: () => {
      const when = { at: new Date(serverClock.now() + NOW_MS).toISOString(), cancelOnReply: one.cancel_on_reply };
      change.mutateAsync({ one, when }).then(() => notifyDone(t("unsent:scheduled.now_done")), onError);
    },
    remove: () => {
      // A template cannot be made again from what is shown of it; another person's is theirs.
      const back = mine && one.state !== "failed" && !one.template;
      const done = () => back && undoable({ message: t("schedule.cancelled"), undo: again });
      cancel.mutateAsync(one.id).then(done, onError);
    },
  };
}
