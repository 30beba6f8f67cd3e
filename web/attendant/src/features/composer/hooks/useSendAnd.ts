import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import { useSnooze } from "@/shared/conversations/useSnooze";
import { Dismissed } from "@/shared/marks/typeQuestion";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

/** What is done with the conversation once the answer is sent. `until` null: until the customer writes. */
export type AfterSending = { then: "close" } | { then: "snooze"; until: string | null };

/**
 * What follows the sending: done when the server has the messages, so that nothing is written into a closed
 * conversation, and not at all where it refused one. Each with a way back, which takes back no message.
 */
export function useSendAnd({ id, number }: Conversation) {
  const { t } = useTranslation("composer");
  const { close, reopen } = useConversationActions();
  const { snooze } = useSnooze();
  const problemText = useProblemText();
  /** Whether it was done. The composer may be gone by then, so nothing hangs on it. */
  const attempt = async (doing: Promise<unknown>, title: string): Promise<boolean> => {
    try {
      await doing;
      return true;
    } catch (error) {
      if (error instanceof Dismissed) return false;
      const { text, code } = problemText(error);
      notifyFailed(title, text, code);
      return false;
    }
  };
  const undo = () => void attempt(reopen.mutateAsync({ id }), t("send.reopen_failed"));
  return async (after: AfterSending): Promise<void> => {
    if (after.then === "snooze") snooze({ id, number }, after.until);
    else if (await attempt(close.mutateAsync({ id }), t("send.close_failed"))) {
      undoable({ message: t("send.closed", { number }), undo });
    }
  };
}
