import { useTranslation } from "react-i18next";

import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

import type { Webhook } from "../api/types";
import { RecoverButton } from "./replay/RecoverButton";
import classes from "./webhooks.module.css";

interface Props {
  webhook: Webhook;
  className?: string | undefined;
}

/** That an endpoint is disabled or fails: since when, why, what it means, and the one button. */
export function StoppedNotice({ webhook, className }: Props) {
  const { t } = useTranslation("webhooks");
  const style = useTimeStyle();
  const { state, state_since: since, disabled_reason: reason, failing } = webhook;
  if (state === "disabled") {
    return (
      <div className={[classes.notice, className].filter(Boolean).join(" ")} role="status">
        <p>
          <b>{t("disabled.title", { time: exactTime(since, style) })}</b> {t(`disabled.${reason ?? "failing"}`)}{" "}
          {t("disabled.recover")}
        </p>
        <RecoverButton webhook={webhook} size="sm" />
      </div>
    );
  }
  if (state !== "enabled" || failing === null) return null;
  return (
    <div className={[classes.notice, className].filter(Boolean).join(" ")} role="status">
      <p>
        <b>{t("failing.title", { time: exactTime(failing.since, style) })}</b>{" "}
        {t("failing.text", { count: failing.deliveries })}{" "}
        {t("failing.disables", { count: webhook.disable_after_hours })}
      </p>
    </div>
  );
}
