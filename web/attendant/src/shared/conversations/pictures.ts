/** How other parts show a picture of the open thread large: the customer's gallery beside it. */
import { useEffect, useEffectEvent } from "react";

type Listener = (messageId: string) => void;

const shows = new Map<string, Listener>();

/** Show the picture of this message large; false when the conversation's thread is not there to do so. */
export function showPicture(conversationId: string, messageId: string): boolean {
  const show = shows.get(conversationId);
  show?.(messageId);
  return show !== undefined;
}

/** For the thread: called when somebody wants to see one of its pictures. */
export function usePicturesShown(conversationId: string, onShow: Listener): void {
  const call = useEffectEvent(onShow);
  useEffect(() => {
    const listener: Listener = (messageId) => call(messageId);
    shows.set(conversationId, listener);
    return () => {
      if (shows.get(conversationId) === listener) shows.delete(conversationId);
    };
  }, [conversationId]);
}
