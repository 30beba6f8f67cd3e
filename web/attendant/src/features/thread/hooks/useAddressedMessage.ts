import { useEffect } from "react";
import { useLocation } from "react-router";

/** Jumps to the message that the address names behind `#`, on opening and whenever a link to one is followed. */
export function useAddressedMessage(jumpTo: (messageId: string) => void): void {
  const { hash, key } = useLocation();
  const messageId = decodeURIComponent(/^#message=(.+)$/.exec(hash)?.[1] ?? "");
  useEffect(() => {
    if (messageId !== "") jumpTo(messageId);
  }, [messageId, key, jumpTo]);
}
