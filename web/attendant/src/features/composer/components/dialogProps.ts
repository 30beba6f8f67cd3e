import type { Capabilities, Conversation } from "@/shared/api/types";
import type { Draft } from "@/shared/conversations/drafts";

/** What every dialog of the composer is given. */
export interface DialogProps {
  conversation: Conversation;
  capabilities: Capabilities;
  draft: Draft;
  onClose: () => void;
}
