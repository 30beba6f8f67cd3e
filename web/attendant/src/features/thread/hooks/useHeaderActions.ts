/** What is done with the open conversation: at once, with a way back, and with a word when it was refused. */
import { useTranslation } from "react-i18next";

import { ApiProblem, CUSTOMER_WROTE, Overtaken } from "@/shared/api/problem";
import type { Conversation, Priority } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import { focusComposer } from "@/shared/conversations/composerFocus";
import { useSnooze } from "@/shared/conversations/useSnooze";
import { Dismissed } from "@/shared/marks/typeQuestion";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { notifyDone, notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

/** Why a rating cannot be asked for, of which there are words. */
const NOT_ASKED = [
  "already_asked",
  "not_closed",
  "superseded",
  "contact_blocked",
  "contact_unreachable",
  "window_closed",
  "channel_not_supported",
  "channel_removed",
] as const;

/** Whether the customer was asked about this closing. */
const isAsked = ({ closed_at: closed, rating_request: asked }: Conversation) =>
  Boolean(closed && asked && Date.parse(asked.asked_at) >= Date.parse(closed));

type Person = { id: string; name: string | null };

export function useHeaderActions(conversation: Conversation) {
  const { t } = useTranslation("thread");
  const { t: ratings } = useTranslation("ratings");
  const me = useMe();
  const actions = useConversationActions();
  const problemText = useProblemText();
  const { snooze, wake } = useSnooze();
  const mayWrite = useMay("conversations:write");
  const mayAssign = useMay("conversations:assign");
  const { id, number, status } = conversation;
  const closed = status === "closed";
  const mine = conversation.assignee?.id === me.id;

  const refused = (error: unknown) => {
    if (error instanceof Dismissed) return;
    const problem = problemText(error);
    if (!(error instanceof ApiProblem) || error.status !== 409 || error instanceof Overtaken) {
      notifyFailed(t("failed.action"), problem.text, problem.code);
    } else if (error.code === CUSTOMER_WROTE) {
      notifyFailed(problem.title, problem.text);
    } else {
      notifyFailed(t("failed.action"), error.changes.length > 0 ? problem.text : t("failed.conflict"), problem.code);
    }
  };
  const notAsked = (error: unknown) => {
    const problem = problemText(error);
    const why = NOT_ASKED.find((code) => error instanceof ApiProblem && error.code === code);
    notifyFailed(ratings("ask_failed"), why === undefined ? problem.text : ratings(`refused.${why}`), problem.code);
  };
  const reopen = () => actions.reopen.mutate({ id }, { onError: refused });
  const assign = (to: Person | null) => {
    const before = conversation.assignee
      ? { id: conversation.assignee.id, name: conversation.assignee.name ?? null }
      : null;
    const back = () =>
      before === null
        ? actions.unassign.mutate({ id }, { onError: refused })
        : actions.assign.mutate({ id, to: before }, { onError: refused });
    const done = () => {
      const message =
        to === null ? t("done.released", { number }) : t("done.assigned", { number, name: to.name ?? "" });
      // Who sees own conversations only cannot take back what is no longer theirs.
      if (me.visibility === "own" && to?.id !== me.id) notifyDone(message);
      else undoable({ message, undo: back });
    };
    const told = { onError: refused, onSuccess: done };
    if (to === null) actions.unassign.mutate({ id }, told);
    else actions.assign.mutate({ id, to }, told);
  };

  return {
    may: {
      take: mayAssign && !closed && !mine,
      assign: mayAssign && !closed,
      release: mayAssign && !closed && Boolean(conversation.assignee),
      close: mayWrite && !closed,
      reopen: mayWrite && closed,
      askRating: mayWrite && closed && !isAsked(conversation),
      prioritise: mayWrite && !closed,
      snooze: mayWrite && !closed,
      wake: mayWrite && status === "snoozed",
      markUnread: mayWrite && !closed && conversation.unread_count === 0,
      classify: mayWrite,
    },
    mine,
    take: () => {
      const from = conversation.assignee;
      const takenOver = () => {
        if (!from || mine) return;
        const back = { id: from.id, name: from.name ?? null };
        const undo = () => actions.assign.mutate({ id, to: back }, { onError: refused });
        undoable({ message: t("done.taken_over", { number, name: from.name ?? "" }), undo });
      };
      actions.take.mutate({ id }, { onError: refused, onSuccess: takenOver });
      // Whoever takes wants to write; on the button that now closes, the first letters would be shortcuts.
      focusComposer(id);
    },
    assign,
    release: () => assign(null),
    reopen,
    close: () =>
      actions.close.mutate(
        { id },
        { onError: refused, onSuccess: () => undoable({ message: t("done.closed", { number }), undo: reopen }) },
      ),
    snooze: (until: string | null) => snooze(conversation, until),
    wake: () => wake(conversation),
    markUnread: () => actions.markUnread.mutate({ id }, { onError: refused }),
    classify: (type: { id: string; name: string } | null) =>
      actions.classify.mutate({ id, type }, { onError: refused }),
    askRating: () =>
      actions.askRating.mutate({ id }, { onError: notAsked, onSuccess: () => notifyDone(ratings("asking")) }),
    favourite: () => actions.favourite.mutate({ id, on: !conversation.favourite }, { onError: refused }),
    prioritise: (priority: Priority) => actions.prioritise.mutate({ id, priority }, { onError: refused }),
  };
}
