import { createContext, use } from "react";

import type { Message } from "@/shared/api/types";

import type { OpenDeed } from "../components/deeds/DeedDialog";
import type { Editing } from "./editing";
import type { Selection } from "./selection";

/** What can be done with a message at its channel. */
export type Deed = "edit" | "delete" | "hide" | "private_reply";

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
  contactId: string;
  customer: string;
  /** Everybody can read what is written here. */
  isPublic: boolean;
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
  /** The message whose text is being changed, and what was typed. */
  editing: Editing;
  startEdit: (message: Message) => void;
  /** Whether the channel took the new text; what it refuses is told. */
  saveEdit: (message: Message, text: string) => Promise<boolean>;
  fitsText: (text: string, message: Message) => boolean;
  backToComposer: () => void;
  hide: (message: Message, hidden: boolean) => void;
  /** Asks before it is done. */
  ask: (deed: OpenDeed["deed"], message: Message) => void;
  /** What can be done with it at its channel; what is missing is not for such messages. */
  deedsOf: (message: Message) => Partial<Record<Deed, Hindrance>>;
  /** The only emoji to react with; null: all. */
  reactionEmoji: readonly string[] | null;
  /** Into how many parts its text went; 0: it is not known. */
  partsOf: (message: Message) => number;
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
