import { useEffect, useRef } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { liveOf } from "@/shared/realtime/live";
import { useMyScheduled } from "@/shared/scheduled/scheduled";
import { neutralName } from "@/shared/text/neutral";
import { showStep } from "@/shared/ui/notify";

/** Says when one of the person's scheduled messages could not be sent, and leads to its conversation. */
export function ScheduledNotices() {
  const { t } = useTranslation("app");
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data } = useMyScheduled();
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (data === undefined) return;
    const failed = data.filter(({ state }) => state === "failed");
    // Those of before stand in the list, counted beside its name.
    const fresh =
      known.current === null ? [] : failed.filter(({ id, version }) => !known.current?.has(`${id} ${version}`));
    known.current = new Set(failed.map(({ id, version }) => `${id} ${version}`));
    for (const { id, conversation_id: conversation } of fresh) {
      const name = neutralName(liveOf(client).copyOf(conversation)?.contact.name ?? "") || t("handover.nameless");
      showStep({
        id: `scheduled-${id}`,
        message: t("scheduled.failed", { name }),
        label: t("handover.open"),
        step: () => void navigate(`/inbox/all/${conversation}`),
      });
    }
  }, [data, client, navigate, t]);
  return null;
}
