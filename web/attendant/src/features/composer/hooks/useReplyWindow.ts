import type { Capabilities, Conversation } from "@/shared/api/types";
import { toMs } from "@/shared/time/format";
import { useNow } from "@/shared/time/ticker";

import { windowState, type WindowState } from "../model/replyWindow";

const LAST_MINUTES_MS = 120_000;

/** Whether the customer can be answered freely, by the server's clock; the last two minutes go by seconds. */
export function useReplyWindow(conversation: Conversation, capabilities: Capabilities | undefined): WindowState {
  const at = conversation.reply_window_expires_at ?? null;
  const minute = useNow("minute");
  const near = at !== null && Math.abs(toMs(at) - minute) < LAST_MINUTES_MS;
  const now = useNow(near ? "second" : "minute");
  if (capabilities === undefined) return at === null || toMs(at) > now ? "open" : "closed";
  return windowState(at === null ? null : toMs(at) - now, typeof capabilities.reply_window_seconds === "number");
}
