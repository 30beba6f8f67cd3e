/** What becomes of a message once it is with the outgoing store. */
import type { Outgoing, OutgoingItem } from "@/shared/conversations/outgoing";

type Store = Pick<Outgoing, "of" | "subscribe">;

/**
 * The message as the server has refused it; null when the server has taken it, or when it will be sent without anybody
 * waiting for it: there is no answer now, or an earlier one comes first.
 */
export function settled(
  outgoing: Store,
  conversationId: string,
  clientId: string,
  online: () => boolean,
): Promise<OutgoingItem | null> {
  return new Promise((resolve) => {
    const end = (found: OutgoingItem | null) => {
      stop();
      resolve(found);
    };
    const look = () => {
      const all = outgoing.of(conversationId);
      const item = all.find((one) => one.clientId === clientId);
      if (item?.state === "refused") end(item);
      else if (item === undefined || item.state === "unsure") end(null);
      else if (item.state === "waiting" && (!online() || all.find((one) => one.state !== "refused") !== item))
        end(null);
    };
    const stop = outgoing.subscribe(look);
    look();
  });
}
