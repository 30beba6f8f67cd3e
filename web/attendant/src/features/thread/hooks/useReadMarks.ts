/**
 * Says that the customer's messages were read: only when the newest was in sight of somebody who looks. Reading is
 * everybody's own: what is unread for a colleague stays so.
 */
import { useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from "react";

import type { Conversation } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import type { Thread } from "@/shared/conversations/thread";
import { usePresenceSignals } from "@/shared/realtime/RealtimeProvider";
import { useMay } from "@/shared/session/SessionProvider";

import { readUpTo } from "../model/place";
import type { ScrollKeeper } from "./scrollKeeper";

/** After a failure it is not tried again at once. */
const AGAIN_AFTER_MS = 5000;

export function useReadMarks(conversation: Conversation, thread: Thread, keeper: ScrollKeeper, looksOn: boolean): void {
  const { id } = conversation;
  const { sayViewing } = usePresenceSignals();
  const { markRead } = useConversationActions();
  // Who looks on at a colleague's conversation is seen by them and reads nothing for themselves.
  const may = useMay("conversations:write") && !looksOn;
  const attentive = useAttentive();
  const { seen } = useSyncExternalStore(keeper.subscribe, keeper.get);
  const told = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [failures, setFailures] = useState(0);

  useEffect(() => {
    sayViewing(id);
    return () => sayViewing(null);
  }, [id, sayViewing]);

  const tell = useEffectEvent(() => {
    const upTo = may ? readUpTo(thread, conversation, { attentive, seen, told: told.current }) : null;
    if (upTo === null) return;
    const before = told.current;
    told.current = upTo;
    const failed = () => {
      timer.current = setTimeout(() => {
        told.current = before;
        setFailures((count) => count + 1);
      }, AGAIN_AFTER_MS);
    };
    markRead.mutate({ id }, { onError: failed });
  });
  const { unread_count: unread, mention_sequence: mention } = conversation;
  useEffect(() => tell(), [attentive, seen, unread, mention, thread, failures, may]);
  useEffect(() => () => clearTimeout(timer.current), []);
}

/** Whether the page can be seen and has the focus. */
function useAttentive(): boolean {
  return useSyncExternalStore(subscribe, isAttentive);
}

function isAttentive(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  window.addEventListener("focus", listener);
  window.addEventListener("blur", listener);
  return () => {
    document.removeEventListener("visibilitychange", listener);
    window.removeEventListener("focus", listener);
    window.removeEventListener("blur", listener);
  };
}
