/** Puts a conversation aside and takes it back: with a way back, and with a word when it was refused. */
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import { serverClock } from "@/shared/time/clock";
import { snoozeTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

export function useSnooze() {
  const { t } = useTranslation("desk");
  const style = useTimeStyle();
  const actions = useConversationActions();
  const problemText = useProblemText();
  const onError = (error: unknown) => {
    const { text, code } = problemText(error);
    notifyFailed(t("snooze.failed"), text, code);
  };
  // Promises, not callbacks of the mutation: a row that leaves its list takes those with it.
  const wake = ({ id }: Pick<Conversation, "id">) => void actions.wake.mutateAsync({ id }).catch(onError);
  return {
    /** `until` null: until the customer writes. */
    snooze: (conversation: Pick<Conversation, "id" | "number">, until: string | null) => {
      const { id, number } = conversation;
      const done = () =>
        undoable({
          message:
            until === null
              ? t("snooze.done_customer", { number })
              : t("snooze.done", { number, time: snoozeTime(until, serverClock.now(), style) }),
          undo: () => wake({ id }),
        });
      void actions.snooze.mutateAsync({ id, until }).then(done, onError);
    },
    wake,
  };
}
