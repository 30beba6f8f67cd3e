import type { Capabilities, Conversation } from "@/shared/api/types";
import { toMs } from "@/shared/time/format";
import { useNowNear } from "@/shared/time/times";

import { windowState, type WindowState } from "../model/replyWindow";

/** Whether the customer can be answered freely, by the server's clock; the last two minutes go by seconds. */
export function useReplyWindow(conversation: Conversation, capabilities: Capabilities | undefined): WindowState {
  const at = conversation.reply_window_expires_at ?? null;
  const now = useNowNear(at);
  if (capabilities === undefined) return at === null || toMs(at) > now ? "open" : "closed";
  return windowState(at === null ? null : toMs(at) - now, typeof capabilities.reply_window_seconds === "number");
}
