import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useNow } from "@/shared/time/ticker";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useEnable } from "../../api/endpoints";
import type { Webhook } from "../../api/types";
import { hostOf, isLate, standingOf } from "../../model/health";
import { ALL } from "../../model/patterns";
import { LastFailure } from "../LastFailure";
import { StandingMark } from "../Mark";
import { StoppedNotice } from "../StoppedNotice";
import classes from "./list.module.css";
import { Sparkline } from "./Sparkline";

const SHOWN = 3;

/** What waits is counted so far (`health.waiting` of the API). */
const MOST_COUNTED = 10_000;

/** One endpoint: what it is, how it does, what came of the last day, and whether it is on. */
export function WebhookRow({ webhook }: { webhook: Webhook }) {
  const { t, i18n } = useTranslation("webhooks");
  const now = useNow("minute");
  const { id, url, description, event_types: types, health } = webhook;
  const host = hostOf(url);
  const name = description === "" ? host : description;
  const waiting = health.waiting;
  const counted = new Intl.NumberFormat(i18n.language).format(waiting) + (waiting >= MOST_COUNTED ? "+" : "");
  const more = types.length - SHOWN;
  const events = types.includes(ALL)
    ? t("row.all_events")
    : [...types.slice(0, SHOWN), ...(more > 0 ? [t("row.more", { count: more })] : [])].join(", ");
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Link to={`/settings/webhooks/${id}`} className={classes.name}>
          <bdi>{name}</bdi>
        </Link>
        <small className={classes.address} title={url}>
          <bdi dir="ltr">{url}</bdi>
        </small>
        <small>{events}</small>
      </div>
      <div className={classes.state}>
        <StandingMark standing={standingOf(webhook)} className={classes.standing} />
        <LastFailure webhook={webhook} />
        {waiting > 0 && (
          <small className={isLate(health, now) ? classes.late : undefined}>
            {t("row.waiting", { count: waiting, number: counted })}
          </small>
        )}
      </div>
      <Sparkline hours={health.hours} />
      <OnOff webhook={webhook} name={name} />
      <StoppedNotice webhook={webhook} className={classes.notice} />
    </li>
  );
}

/** Pauses it or lets it go on. A disabled one is enabled with what it missed, by its own button. */
function OnOff({ webhook, name }: { webhook: Webhook; name: string }) {
  const { t } = useTranslation("webhooks");
  const enable = useEnable();
  const problemText = useProblemText();
  return (
    <Switch
      className={classes.above ?? ""}
      aria-label={t("toggle", { name })}
      checked={enable.isPending ? enable.variables.enabled : webhook.state === "enabled"}
      onChange={({ currentTarget: { checked } }) =>
        enable.mutate(
          { id: webhook.id, enabled: checked },
          { onError: (error) => notifyFailed(t("failed"), problemText(error).text, problemText(error).code) },
        )
      }
    />
  );
}
