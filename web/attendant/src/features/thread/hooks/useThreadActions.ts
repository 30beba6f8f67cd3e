import { useCallback, useLayoutEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation, Message } from "@/shared/api/types";
import { focusComposer, openTemplates } from "@/shared/conversations/composerFocus";
import { useCapabilities } from "@/shared/conversations/queries";
import { useDraft } from "@/shared/conversations/useDraft";
import { useMessageActions } from "@/shared/conversations/useSend";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { serverClock } from "@/shared/time/clock";
import { neutralName } from "@/shared/text/neutral";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { allowedEmoji, reachedCustomer, tooOld } from "../model/deeds";
import { textOf } from "../model/words";
import type { Editing } from "./editing";
import type { Hindrance, ThreadActions } from "./threadContext";
import { useDeedsOf } from "./useDeedsOf";

interface View {
  editing: Editing;
  ask: ThreadActions["ask"];
  jumpTo: (messageId: string) => void;
  openMenu: ThreadActions["openMenu"];
  tag: ThreadActions["tag"];
  selection: ThreadActions["selection"];
}

/** What can be done with this conversation's messages, and why not. */
export function useActionsOf(
  conversation: Conversation,
  { jumpTo, openMenu, tag, selection, editing, ask }: View,
): ThreadActions {
  const { t } = useTranslation("thread");
  const me = useMe();
  const may = useMay("conversations:write");
  const capabilities = useCapabilities(conversation.channel.kind);
  const { retry, react } = useMessageActions();
  const { drafts } = useLiveSession();
  const { set: setReply } = useDraft(conversation.id, "reply");
  const problemText = useProblemText();
  const customer = neutralName(conversation.contact.name ?? "") || t("customer");
  const { id } = conversation;
  const closed = conversation.status === "closed";
  const { id: contactId } = conversation.contact;
  const isPublic = conversation.thread?.public === true;
  // Every message of the customer changes the conversation; what is asked when somebody points at a message does not
  // have to change for it.
  const latest = useRef(conversation);
  useLayoutEffect(() => {
    latest.current = conversation;
  }, [conversation]);

  const cannotReply = useCallback(
    (message: Message): Hindrance => {
      if (!may) return t("cannot.permission");
      if (capabilities?.replies === false) return t("cannot.reply_channel");
      return reachedCustomer(message) ? null : t("cannot.not_sent");
    },
    [capabilities, may, t],
  );
  const cannotReact = useCallback(
    (message: Message): Hindrance => {
      if (!may) return t("cannot.permission");
      if (!capabilities?.reactions) return t("cannot.react_channel");
      if (!reachedCustomer(message)) return t("cannot.not_sent");
      const { status, reply_window_expires_at: windowEnd } = latest.current;
      if (status === "closed") return t("cannot.closed");
      if (windowEnd && Date.parse(windowEnd) <= serverClock.now()) return t("cannot.window");
      if (latest.current.unreachable) return t("cannot.unreachable");
      const within = capabilities.reactions.within_seconds;
      if (tooOld(message, within, serverClock.now()) === null) return null;
      return t("cannot.react_old", { count: Math.round((within ?? 0) / 86_400) });
    },
    [capabilities, may, t],
  );

  const cannotTag = useCallback((): Hindrance => (may ? null : t("cannot.permission")), [may, t]);

  const failed = useCallback(
    (title: string) => (error: unknown) => {
      const problem = problemText(error);
      notifyFailed(title, problem.text, problem.code);
    },
    [problemText],
  );

  const reply = useCallback(
    (message: Message) => {
      setReply({ replyTo: message.id });
      focusComposer(id, "reply");
    },
    [setReply, id],
  );
  const forward = useCallback(
    (message: Message) => {
      const quoted = textOf(message, t)
        .split("\n")
        .map((line) => `> ${line}`)
        .join("\n");
      const before = drafts.get(id, "note").text;
      drafts.set(id, "note", { text: `${before}${before === "" ? "" : "\n"}${quoted}\n` });
      focusComposer(id, "note");
    },
    [drafts, id, t],
  );
  const edit = useCallback(
    (message: Message) => {
      const { text, replyTo } = drafts.get(id, "reply");
      const parts = [text, message.text ?? ""].filter((part) => part !== "");
      drafts.set(id, "reply", { text: parts.join("\n"), replyTo: replyTo ?? message.reply_to ?? null });
      focusComposer(id, "reply");
    },
    [drafts, id],
  );
  const chooseTemplate = useCallback(() => openTemplates(id), [id]);
  const { mutate: putReaction } = react;
  const toggle = useCallback(
    (message: Message, emoji: string) => {
      const ours = message.reactions.find((one) => one.author.type !== "contact")?.emoji;
      const allowed = allowedEmoji(emoji, capabilities?.reactions?.emoji);
      if (allowed === null && ours !== emoji) {
        notifyDone(t("cannot.emoji"));
        return;
      }
      putReaction({ id: message.id, emoji: ours === emoji ? null : allowed }, { onError: failed(t("failed.react")) });
      // On a button of the message the next letter would be a command; by touch a keyboard would jump up.
      if (!window.matchMedia("(hover: none)").matches) focusComposer(id);
    },
    [putReaction, failed, id, t, capabilities],
  );
  const copy = useCallback(
    (message: Message) => {
      void navigator.clipboard.writeText(textOf(message, t)).then(() => notifyDone(t("copied")));
    },
    [t],
  );
  const { mutateAsync: sendAgain } = retry;
  const tryAgain = useCallback(
    (message: Message) => sendAgain({ id: message.id }).then(() => undefined, failed(t("failed.retry"))),
    [sendAgain, failed, t],
  );

  const deeds = useDeedsOf(conversation, latest, { editing, ask });

  return useMemo(
    () => ({
      ...deeds,
      me: me.id,
      contactId,
      customer,
      isPublic,
      closed,
      reply,
      react: toggle,
      copy,
      forward,
      edit,
      chooseTemplate,
      retry: tryAgain,
      jumpTo,
      openMenu,
      tag,
      selection,
      cannotTag,
      cannotReply,
      cannotReact,
    }),
    [
      deeds,
      me.id,
      contactId,
      customer,
      isPublic,
      closed,
      reply,
      toggle,
      copy,
      forward,
      edit,
      chooseTemplate,
      tryAgain,
      jumpTo,
      openMenu,
      tag,
      selection,
      cannotTag,
      cannotReply,
      cannotReact,
    ],
  );
}
