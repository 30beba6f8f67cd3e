import { useCallback, useMemo, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation, Message } from "@/shared/api/types";
import { focusComposer } from "@/shared/conversations/composerFocus";
import { useDeeds } from "@/shared/conversations/deeds";
import { useCapabilities } from "@/shared/conversations/queries";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { lengthOf, partsOf } from "@/shared/text/lengths";
import { serverClock } from "@/shared/time/clock";
import { timeSpan } from "@/shared/time/format";
import { usePreferences } from "@/shared/storage/preferences";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { cannotAnswerPrivately, cannotDelete, cannotEdit, isOwn, isPublicComment, type Why } from "../model/deeds";
import type { Editing } from "./editing";
import type { ThreadActions } from "./threadContext";

type Deeds = Pick<
  ThreadActions,
  | "editing"
  | "startEdit"
  | "saveEdit"
  | "fitsText"
  | "backToComposer"
  | "hide"
  | "ask"
  | "deedsOf"
  | "reactionEmoji"
  | "partsOf"
>;

/** What can be done at the channel with the messages of this conversation, and why not. */
export function useDeedsOf(
  { id, channel }: Conversation,
  latest: RefObject<Conversation>,
  { editing, ask }: { editing: Editing; ask: ThreadActions["ask"] },
): Deeds {
  const { t } = useTranslation("thread");
  const { language } = usePreferences();
  const { id: own } = useMe();
  const may = useMay("conversations:write");
  const supervises = useMay("settings:manage");
  const capabilities = useCapabilities(channel.kind);
  const problemText = useProblemText();
  const {
    edit: { mutateAsync: edit },
    hide: { mutateAsync: putHidden },
  } = useDeeds();

  const words = useCallback(
    (found: Why | null, channelWords: string) => {
      if (found === null) return null;
      if (found.why === "too_old") return t("cannot.too_old", { time: timeSpan(found.seconds, language) });
      return found.why === "channel" ? channelWords : t(`cannot.${found.why}`);
    },
    [t, language],
  );

  const deedsOf = useCallback(
    (message: Message): ReturnType<Deeds["deedsOf"]> => {
      if (capabilities === undefined) return {};
      const now = serverClock.now();
      const conversation = latest.current;
      if (isOwn(message)) {
        const me = { id: own, writes: may, supervises };
        return {
          edit: words(cannotEdit(message, capabilities, me, now), t("cannot.edit_channel")),
          delete: words(cannotDelete(message, capabilities, me, now), t("cannot.delete_channel")),
        };
      }
      if (!isPublicComment(message, conversation)) return {};
      const { moderation } = capabilities;
      const permission = may ? null : t("cannot.permission");
      return {
        ...(capabilities.private_replies && {
          private_reply: words(cannotAnswerPrivately(message, conversation, capabilities, may, now), ""),
        }),
        ...(moderation.includes("hide") && { hide: permission }),
        ...(moderation.includes("delete") && { delete: permission }),
      };
    },
    [capabilities, latest, own, may, supervises, t, words],
  );

  const failed = useCallback(
    (title: string, error: unknown) => {
      const { text, code } = problemText(error);
      notifyFailed(title, text, code);
    },
    [problemText],
  );
  const hide = useCallback(
    (message: Message, hidden: boolean) => {
      const put = (wanted: boolean) =>
        putHidden({ id: message.id, hidden: wanted }).catch((error: unknown) =>
          failed(t(wanted ? "failed.hide" : "failed.show"), error),
        );
      void put(hidden);
      if (hidden) undoable({ message: t("done.hidden"), undo: () => void put(false) });
    },
    [putHidden, failed, t],
  );
  const saveEdit = useCallback(
    (message: Message, text: string) =>
      edit({ id: message.id, text }).then(
        () => true,
        (error: unknown) => {
          failed(t("failed.edit"), error);
          return false;
        },
      ),
    [edit, failed, t],
  );
  const fitsText = useCallback(
    (text: string, message: Message) => {
      const limit = message.kind === "text" ? capabilities?.text : capabilities?.caption;
      return !limit || lengthOf(text, limit.unit) <= (limit.part ?? limit.max_length);
    },
    [capabilities],
  );
  const startEdit = useCallback((message: Message) => editing.start(message.id), [editing]);
  const backToComposer = useCallback(() => focusComposer(id), [id]);
  const partsCount = useCallback(
    (message: Message) =>
      capabilities && message.text && message.attachments.length === 0
        ? partsOf(message.text, capabilities.text).length
        : 0,
    [capabilities],
  );
  const reactionEmoji = capabilities?.reactions?.emoji ?? null;
  return useMemo(
    () => ({
      editing,
      ask,
      startEdit,
      saveEdit,
      fitsText,
      backToComposer,
      hide,
      deedsOf,
      reactionEmoji,
      partsOf: partsCount,
    }),
    [editing, ask, startEdit, saveEdit, fitsText, backToComposer, hide, deedsOf, reactionEmoji, partsCount],
  );
}
