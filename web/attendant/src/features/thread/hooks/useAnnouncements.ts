import { useEffect, useEffectEvent, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import type { Thread } from "@/shared/conversations/thread";
import { neutralName } from "@/shared/text/neutral";
import { announce } from "@/shared/ui/announcer";

import { shortTextOf } from "../model/words";

/** Tells screen readers of the customer's new messages in the open conversation: "Maria: texto curto". */
export function useAnnouncements(conversation: Conversation, thread: Thread): void {
  const { t } = useTranslation("thread");
  const last = useRef<number | null>(null);
  const tell = useEffectEvent(() => {
    const newest = thread.messages.at(-1)?.sequence ?? 0;
    const before = last.current;
    if (before === null || thread.hasNewer) {
      last.current = Math.max(before ?? 0, newest);
      return;
    }
    for (const message of thread.messages.slice(-3)) {
      if (message.sequence <= before || message.direction !== "inbound") continue;
      const name = neutralName(conversation.contact.name ?? "") || t("customer");
      announce(`${name}: ${shortTextOf(message, t, 100)}`);
    }
    last.current = Math.max(before, newest);
  });
  useEffect(() => tell(), [thread]);
}
