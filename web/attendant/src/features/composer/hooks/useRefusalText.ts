import { useTranslation } from "react-i18next";

import type { components } from "@/shared/api/schema";

export const REFUSALS = [
  "channel_not_supported",
  "channel_removed",
  "contact_unreachable",
  "conversation_closed",
  "file_infected",
  "file_scanning",
  "invalid",
  "kind_not_supported",
  "mention_not_seen",
  "message_deleted",
  "message_not_sent",
  "template_not_approved",
  "too_large",
  "too_long",
  "too_many",
  "too_old",
  "unknown_attachment",
  "unknown_message",
  "unknown_template",
  "unsupported_type",
  "window_closed",
  "wrong_parameters",
] as const satisfies readonly components["schemas"]["RefusalCode"][];

/** Why the server did not take a message, in the person's language. */
export function useRefusalText(): (problem: { code: string; status: number }) => string {
  const { t } = useTranslation("composer");
  return ({ code, status }) => {
    const known = REFUSALS.find((one) => one === code);
    if (known === "too_many") return t("refusal.too_many_items"); // a key that ends so would be a plural
    if (known !== undefined) return t(`refusal.${known}`);
    return status === 403 ? t("refusal.forbidden") : t("refusal.other", { code });
  };
}
