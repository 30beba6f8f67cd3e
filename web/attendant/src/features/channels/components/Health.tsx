import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { RelativeTime } from "@/shared/time/times";

import type { Channel } from "../api/channels";
import { alertMark, qualityMark, type Mark } from "../model/health";
import classes from "./channels.module.css";
import { CheckButton } from "./CheckButton";
import { MarkIcon, useLocalized } from "./parts";
import { Warnings } from "./Warnings";

const LIMIT = /^TIER_(\d+)(K?)$/;

/** Each thing that has to work, how it is, and what to do when it is not well. */
export function Health({ channel, mayManage }: { channel: Channel; mayManage: boolean }) {
  const { t } = useTranslation("channels");
  const health = channel.health ?? {};
  const quality = qualityMark(health.quality);
  const limit = LIMIT.exec(health.messaging_limit ?? "");
  return (
    <>
      <Warnings channel={channel} mayManage={mayManage} />
      <ul className={classes.health}>
        <Access channel={channel} />
        {channel.webhook_url !== null && (
          <Line mark={channel.webhook_verified_at || channel.last_webhook_at ? "good" : "warning"}>
            {channel.webhook_verified_at ? (
              <>
                {t("health.address_verified")} <RelativeTime at={channel.webhook_verified_at} />
              </>
            ) : (
              t(channel.last_webhook_at ? "health.address_used" : "health.address_unverified")
            )}
          </Line>
        )}
        <Line mark={channel.last_webhook_at ? "good" : "unknown"}>
          {channel.last_webhook_at ? (
            <>
              {t("last_webhook")} <RelativeTime at={channel.last_webhook_at} />
            </>
          ) : (
            t(channel.webhook_verified_at ? "health.nothing_yet_verified" : "health.nothing_yet")
          )}
        </Line>
        {channel.reads_groups !== null && channel.reads_groups !== undefined && (
          <Line mark="unknown">{t(channel.reads_groups ? "fact.reads_groups" : "fact.not_groups")}</Line>
        )}
        {channel.takes_business_chats && <Line mark="unknown">{t("fact.business")}</Line>}
        {quality !== "unknown" && <Line mark={quality}>{t(`health.quality.${quality}`)}</Line>}
        {health.messaging_limit && (
          <Line mark="unknown">
            {t("health.limit", { limit: limit ? `${limit[1] ?? ""}${limit[2] ? "\u00a0000" : ""}` : "—" })}
          </Line>
        )}
      </ul>
      <Alerts channel={channel} />
      {mayManage && <CheckButton channel={channel} />}
    </>
  );
}

function Access({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const words = useLocalized();
  if (channel.status === "disabled") return <Line mark="unknown">{t("health.disabled")}</Line>;
  if (channel.status === "needs_reconnection") {
    const reason = channel.status_reason;
    return (
      <Line mark="bad" detail={reason === null ? undefined : `${reason.message} (${reason.code})`}>
        {reason?.texts ? words(reason.texts) : t("health.refused")}
      </Line>
    );
  }
  if (!channel.proven) return <Line mark="warning">{t("health.unproven")}</Line>;
  return (
    <Line mark="good">
      {t("health.accepted")}
      {channel.checked_at && (
        <>
          {" "}
          {t("health.checked")} <RelativeTime at={channel.checked_at} />
        </>
      )}
    </Line>
  );
}

function Line({ mark, children, detail }: { mark: Mark; children: ReactNode; detail?: string | undefined }) {
  return (
    <li>
      <MarkIcon mark={mark} />
      <span>
        {children}
        {detail !== undefined && <small>{detail}</small>}
      </span>
    </li>
  );
}

/** What the provider or our own sending told of, newest first, in the provider's words. */
function Alerts({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const alerts = channel.health?.alerts ?? [];
  if (alerts.length === 0) return null;
  return (
    <details className={classes.alerts} open={alerts.some(({ severity }) => alertMark(severity) === "bad")}>
      <summary>{t("health.alerts", { count: alerts.length })}</summary>
      <ul className={classes.health}>
        {alerts.map(({ type, severity, message, code, at }) => (
          <li key={`${at} ${type}`}>
            <MarkIcon mark={alertMark(severity)} />
            <span>
              {message}
              <small>
                <RelativeTime at={at} /> · {type}
                {typeof code === "number" && ` ${code}`}
              </small>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
