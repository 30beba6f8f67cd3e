import { useEffect, useEffectEvent, useRef, useState } from "react";

import type { Attachment } from "@/shared/api/types";
import type { NewBody, OutgoingProblem } from "@/shared/conversations/outgoing";
import { useSend } from "@/shared/conversations/useSend";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";

import { settled } from "../model/settled";

/**
 * Sends what a dialog has composed. The dialog stays until the server has answered, so that a refusal stands beside
 * its fields; without a connection it closes, and the message waits in the thread.
 */
export function useDialogSending(conversationId: string, onSent: () => void) {
  const { outgoing, connectionState } = useLiveSession();
  const { send, takeBack } = useSend(conversationId);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<OutgoingProblem | null>(null);
  const sent = useEffectEvent(onSent);
  const [over, setOver] = useState(false);
  const busy = useRef(false);
  const open = useRef(true);
  useEffect(() => {
    open.current = true;
    return () => void (open.current = false);
  }, []);
  useEffect(() => {
    if (over) sent();
  }, [over]);

  const submit = async (body: NewBody, attachments: Attachment[] = []) => {
    if (busy.current) return;
    busy.current = true;
    setSending(true);
    setProblem(null);
    try {
      const clientId = await send({ direction: "outbound", ...body }, attachments);
      const refused = await settled(outgoing, conversationId, clientId, () => connectionState() !== "offline");
      if (!open.current) return; // it stands in the thread, with the reason
      if (refused === null) setOver(true);
      else {
        await takeBack(clientId);
        setProblem(refused.problem);
      }
    } finally {
      busy.current = false;
      setSending(false);
    }
  };
  return { submit, sending, problem, forget: () => setProblem(null) };
}
