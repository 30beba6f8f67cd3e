import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { api, unwrap } from "@/shared/api/client";
import type { Contact, Conversation, Page } from "@/shared/api/types";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

/** Opens the latest conversation of a customer, beside the results if there are any. */
export function useOpenCustomer(): (contact: Contact, search?: string) => Promise<void> {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const problemText = useProblemText();
  return async (contact, search = "") => {
    try {
      const query = { contact_id: contact.id, limit: 1 };
      const { items } = await unwrap<Page<Conversation>>(api.GET("/api/v1/conversations", { params: { query } }));
      const [latest] = items;
      if (latest === undefined) notifyDone(t("palette.no_conversation"));
      else await navigate(`${addressOf(latest)}${search}`);
    } catch (error) {
      const { text, code } = problemText(error);
      notifyFailed(t("palette.not_opened"), text, code);
    }
  };
}

export function addressOf({ id, status }: Conversation): string {
  return `/inbox/${status === "closed" ? "closed" : "all"}/${id}`;
}
