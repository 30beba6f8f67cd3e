import { useRef, useState } from "react";

import { useColleagues } from "@/shared/conversations/colleagues";
import { isEmpty, type DraftMode } from "@/shared/conversations/drafts";
import type { OutgoingProblem } from "@/shared/conversations/outgoing";
import { useSend } from "@/shared/conversations/useSend";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";

import { mentionedIn } from "@/shared/text/mentions";
import { attachmentOf, messagesOf, type Limits } from "../model/messages";
import { settled } from "../model/settled";

/**
 * Sends the draft. It is emptied once the outgoing store has it; a second Enter meanwhile sends nothing. What the
 * server refuses at once comes back into the draft, unless something else has been typed, with the reason.
 */
export function useSending(conversationId: string, mode: DraftMode, limits: Limits | undefined) {
  const { drafts, outgoing, connectionState } = useLiveSession();
  const { send, takeBack } = useSend(conversationId);
  const colleagues = useColleagues(mode === "note");
  const busy = useRef(false);
  const [refused, setRefused] = useState<{ mode: DraftMode; problem: OutgoingProblem } | null>(null);

  /** Whether the server has not refused it. */
  const bringBackIfRefused = async (clientId: string): Promise<boolean> => {
    const item = await settled(outgoing, conversationId, clientId, () => connectionState() !== "offline");
    if (!item?.problem) return true;
    if (!isEmpty(drafts.get(conversationId, mode)) || (await takeBack(clientId)) === null) return false;
    const files = item.attachments.map(({ id, name, mime_type, size }) => ({ id, name, mime_type, size }));
    drafts.set(conversationId, mode, { text: item.body.text ?? "", replyTo: item.body.reply_to ?? null, files });
    setRefused({ mode, problem: item.problem });
    return false;
  };

  /** Whether it is with the outgoing store; `taken` then, once there is an answer, whether the server refused nothing. */
  const sendDraft = async (): Promise<{ taken: Promise<boolean> } | null> => {
    if (busy.current || limits === undefined) return null;
    busy.current = true;
    setRefused(null);
    const answers: Promise<boolean>[] = [];
    try {
      for (const { body, files } of messagesOf(drafts.get(conversationId, mode), mode, limits)) {
        const mentions = mode === "note" ? mentionedIn(body.text ?? "", colleagues) : [];
        const clientId = await send({ ...body, ...(mentions.length > 0 && { mentions }) }, files.map(attachmentOf));
        const { text, files: left } = drafts.get(conversationId, mode);
        drafts.set(conversationId, mode, {
          // What was typed while it was stored stays.
          ...(body.text && text.startsWith(body.text) && { text: text.slice(body.text.length) }),
          ...(body.reply_to && { replyTo: null }),
          files: left.filter((file) => !files.some(({ id }) => id === file.id)),
        });
        answers.push(bringBackIfRefused(clientId));
      }
      void drafts.flush();
      return { taken: Promise.all(answers).then((all) => all.every(Boolean)) };
    } finally {
      busy.current = false;
    }
  };
  return {
    sendDraft,
    refused: refused?.mode === mode ? refused.problem : null,
    forgetRefusal: () => setRefused(null),
  };
}
