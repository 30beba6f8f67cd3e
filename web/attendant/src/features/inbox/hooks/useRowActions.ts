import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import { useMe } from "@/shared/session/SessionProvider";
import { Dismissed } from "@/shared/marks/typeQuestion";
import { neutralName } from "@/shared/text/neutral";
import { notifyDone, notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

type Person = { id: string; name: string | null };

export interface RowActions {
  close: (conversation: Conversation) => void;
  reopen: (conversation: Conversation) => void;
  take: (conversation: Conversation) => void;
  /** null: back to the queue. */
  assign: (conversation: Conversation, to: { id: string; name: string } | null) => void;
  favourite: (conversation: Conversation) => void;
  unread: (conversation: Conversation) => void;
}

/** What can be done with a conversation from the list: closing and giving away can be undone, what is refused is said. */
export function useRowActions(): RowActions {
  const { t } = useTranslation(["inbox", "desk"]);
  const me = useMe();
  const actions = useConversationActions();
  const problemText = useProblemText();
  const nameOf = ({ contact }: Conversation) => neutralName(contact.name ?? "") || t("row.nameless");

  /** Answers whether it was done. */
  async function attempt(doing: Promise<unknown>, failed: string): Promise<boolean> {
    try {
      await doing;
      return true;
    } catch (error) {
      if (error instanceof Dismissed) return false;
      const { text, code } = problemText(error);
      notifyFailed(failed, text, code);
      return false;
    }
  }

  async function close(conversation: Conversation): Promise<void> {
    const name = nameOf(conversation);
    const done = await attempt(actions.close.mutateAsync(conversation), t("failed.close", { name }));
    if (done) undoable({ message: t("done.closed", { name }), undo: () => void reopen(conversation) });
  }

  async function reopen(conversation: Conversation): Promise<void> {
    const failed = t("failed.reopen", { name: nameOf(conversation) });
    await attempt(actions.reopen.mutateAsync(conversation), failed);
  }

  async function assign(conversation: Conversation, to: Person | null): Promise<void> {
    const { id, assignee } = conversation;
    const name = nameOf(conversation);
    const give = (whom: Person | null) =>
      attempt(
        whom === null ? actions.unassign.mutateAsync({ id }) : actions.assign.mutateAsync({ id, to: whom }),
        t("failed.assign", { name }),
      );
    if (!(await give(to))) return;
    const before = assignee ? { id: assignee.id, name: assignee.name ?? null } : null;
    const message = to === null ? t("done.released", { name }) : t("done.assigned", { name, to: to.name ?? "" });
    // Who sees own conversations only cannot take back what is no longer theirs.
    if (me.visibility === "own" && to?.id !== me.id) notifyDone(message);
    else undoable({ message, undo: () => void give(before) });
  }

  return {
    close: (conversation) => void close(conversation),
    reopen: (conversation) => void reopen(conversation),
    take: (conversation) =>
      void attempt(actions.take.mutateAsync(conversation), t("failed.take", { name: nameOf(conversation) })),
    assign: (conversation, to) => void assign(conversation, to),
    unread: (conversation) =>
      void attempt(actions.markUnread.mutateAsync({ id: conversation.id }), t("desk:unread.failed")),
    favourite: (conversation) =>
      void attempt(
        actions.favourite.mutateAsync({ id: conversation.id, on: !conversation.favourite }),
        t("failed.favourite", { name: nameOf(conversation) }),
      ),
  };
}
