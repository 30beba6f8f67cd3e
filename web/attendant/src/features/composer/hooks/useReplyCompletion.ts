import { useId, useState, type KeyboardEvent, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { consumeReply, gapIn, textOf, useReplySearch, type FilledReply, type Reply } from "@/shared/replies/replies";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { insertText } from "../model/insertText";
import { replyQueryAt } from "../model/replyCompletion";

/** `/pra` at the cursor: the quick replies that fit, and the keys that choose one. */
export function useReplyCompletion(
  area: RefObject<HTMLTextAreaElement | null>,
  conversationId: string,
  text: string,
  cursor: number | null,
  onUsed: (used: FilledReply) => void,
) {
  const { t } = useTranslation("composer");
  const problemText = useProblemText();
  const listId = useId();
  const at = cursor === null ? null : replyQueryAt(text, cursor);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const wanted = at !== null && dismissed !== at.start;
  const { data } = useReplySearch(at?.words ?? "", wanted);
  const found = wanted && data !== undefined ? data : [];
  const [chosen, setChosen] = useState({ words: "", index: 0 });
  const index = chosen.words === at?.words ? Math.min(chosen.index, Math.max(0, found.length - 1)) : 0;
  /** Nobody has made one yet: that is said once the slash stands alone. */
  const none = wanted && at.words === "" && data?.length === 0;
  const open = found.length > 0 || none;

  const choose = async (reply: Reply) => {
    if (at === null) return;
    setDismissed(at.start);
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
      setDismissed(null);
    }
  };
  const move = (step: number) =>
    setChosen({ words: at?.words ?? "", index: (index + step + found.length) % found.length });

  /** Whether the key was for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!open || event.ctrlKey || event.metaKey || event.altKey || at === null) return false;
    const selected = found[index];
    if (event.key === "Escape") setDismissed(at.start);
    else if (selected === undefined) return false;
    else if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) void choose(selected);
    else return false;
    event.preventDefault();
    return true;
  };
  const optionId = (one: Reply) => `${listId}-${one.id}`;
  const selected = found[index];
  return {
    open,
    none,
    found,
    selected,
    index,
    listId,
    optionId,
    choose: (reply: Reply) => void choose(reply),
    point: (place: number) => setChosen({ words: at?.words ?? "", index: place }),
    onKeyDown,
    aria:
      open && selected
        ? { "aria-controls": listId, "aria-activedescendant": optionId(selected) }
        : ({} as Record<string, string>),
  };
}
