import { createContext, use } from "react";

import type { Message } from "@/shared/api/types";

import type { Selection } from "./selection";

/** Why something cannot be done with a message, in words; null: it can. */
export type Hindrance = string | null;

/** Whether the customer has it too: answers and reactions are for such messages alone. */
export function isWithCustomer({ direction, deleted_at: deleted }: Message): boolean {
  return (direction === "inbound" || direction === "outbound") && !deleted;
}

/**
 * What can be done with the messages of the open conversation. It does not change with every event: all messages hang
 * on it, and would all be drawn again.
 */
export interface ThreadActions {
  /** Id of the signed-in attendant. */
  me: string;
  customer: string;
  /** In a closed conversation there is no field to put something into. */
  closed: boolean;
  reply: (message: Message) => void;
  /** Ours is replaced; the same again takes it away. */
  react: (message: Message, emoji: string) => void;
  copy: (message: Message) => void;
  /** Puts what it says into the draft of the note. */
  forward: (message: Message) => void;
  /** Puts a text that did not arrive back into the answer. */
  edit: (message: Message) => void;
  /** Offers the channel's templates. */
  chooseTemplate: () => void;
  /** Resolves when the server has answered; what it refuses is told. */
  retry: (message: Message) => Promise<void>;
  jumpTo: (messageId: string) => void;
  openMenu: (message: Message, at: { x: number; y: number }) => void;
  /** Which messages are selected. */
  selection: Selection;
  /** Opens the choice of tags for these messages. */
  tag: (messageIds: readonly string[]) => void;
  cannotTag: (message: Message) => Hindrance;
  cannotReply: (message: Message) => Hindrance;
  cannotReact: (message: Message) => Hindrance;
}

export const ThreadContext = createContext<ThreadActions | null>(null);

export function useThreadActions(): ThreadActions {
  const actions = use(ThreadContext);
  if (actions === null) throw new Error("needs a ThreadContext");
  return actions;
}
