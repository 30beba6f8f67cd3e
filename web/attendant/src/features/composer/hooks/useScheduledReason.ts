import { useTranslation } from "react-i18next";

import { useRefusalText } from "./useRefusalText";

/** Why a scheduled message was not sent, in words. */
export function useScheduledReason(): (reason: string | null | undefined) => string {
  const { t } = useTranslation("composer");
  const refusalText = useRefusalText();
  return (reason) => {
    if (reason === "author_deactivated") return t("schedule.reason.author_deactivated");
    if (reason === "conversation_taken") return t("schedule.reason.conversation_taken");
    if (reason === "not_found") return t("schedule.reason.not_found");
    return refusalText({ code: reason ?? "", status: 422 });
  };
}
