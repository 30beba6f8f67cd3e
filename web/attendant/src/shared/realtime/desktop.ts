/** The notification of the operating system: who wrote, and what only where the person wants it to be seen. */
import i18next from "i18next";

import type { Conversation } from "@/shared/api/types";
import { neutralName } from "@/shared/text/neutral";

const LONGEST = 200;

export function showNotification(
  conversation: Conversation,
  text: string | null,
  open: (conversationId: string) => void,
): void {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  if (document.visibilityState === "visible" && document.hasFocus()) return; // the list shows it
  const body = text?.slice(0, LONGEST) ?? i18next.t("notification.message", { ns: "app" });
  try {
    const shown = new Notification(neutralName(conversation.contact.name ?? "") || conversation.channel.name, {
      body,
      tag: conversation.id, // a further message of the same customer takes the place of the one before
      silent: true,
    });
    shown.onclick = () => {
      window.focus();
      open(conversation.id);
      shown.close();
    };
  } catch {
    // Browsers of telephones have the word and refuse the call.
  }
}
