import type { RefObject } from "react";
import { useTranslation } from "react-i18next";

import { consumeReply, gapIn, textOf, useReplySearch, type FilledReply, type Reply } from "@/shared/replies/replies";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { insertText } from "../model/insertText";
import { replyQueryAt } from "../model/replyCompletion";
import { useCompletionList, useDismissal } from "./useCompletionList";

/** `/pra` at the cursor: the quick replies that fit. */
export function useReplyCompletion(
  area: RefObject<HTMLTextAreaElement | null>,
  conversationId: string,
  text: string,
  cursor: number | null,
  onUsed: (used: FilledReply) => void,
) {
  const { t } = useTranslation("composer");
  const problemText = useProblemText();
  const at = cursor === null ? null : replyQueryAt(text, cursor);
  const dismissal = useDismissal(at);
  const { data } = useReplySearch(at?.query ?? "", at !== null && !dismissal.dismissed);

  const choose = async (reply: Reply) => {
    if (at === null) return;
    dismissal.dismiss();
    try {
      const used = await consumeReply(conversationId, reply.id);
      const field = area.current;
      if (field === null) return;
      const written = text.slice(at.start, at.end);
      const stands = field.value.slice(at.start, at.end) === written;
      const start = stands ? at.start : field.selectionStart;
      const put = textOf(used.parts);
      insertText(field, put, start, stands ? at.end : field.selectionEnd);
      const gap = gapIn(field.value, start);
      if (gap !== null && gap.start < start + put.length) field.setSelectionRange(gap.start, gap.end);
      onUsed(used);
    } catch (error) {
      const { text: why, code } = problemText(error);
      notifyFailed(t("replies.failed"), why, code);
    } finally {
      dismissal.reopen();
    }
  };
  return useCompletionList({
    at,
    dismissal,
    offered: data ?? [],
    idOf: ({ id }) => id,
    choose: (reply: Reply) => void choose(reply),
    // Nobody has made one yet: that is said once the slash stands alone.
    saysNone: at?.query === "" && data?.length === 0,
  });
}
