import { useTranslation } from "react-i18next";
import { Link, type To } from "react-router";

import { RelativeTime } from "@/shared/time/times";
import { useNow } from "@/shared/time/ticker";

import type { Delivery, Endpoint } from "../../api/ledgerTypes";
import { nameOf, originOf } from "../../model/deliveriesNames";
import { tookWords } from "../../model/deliveriesTimeline";
import classes from "./deliveries.module.css";
import { StateMark } from "./StateMark";
import { useDeliveryWords } from "./useDeliveryWords";

interface Props {
  delivery: Delivery;
  /** Its webhook, where those of all are listed: `unknown` for one that was deleted; null where one alone is listed. */
  webhook: Endpoint | "unknown" | null;
  opened: boolean;
  to: To;
}

/** One delivery: how it stands, of what event, to whom, what the last attempt brought, how often, since when. */
export function DeliveryRow({ delivery, webhook, opened, to }: Props) {
  const { t, i18n } = useTranslation("deliveries");
  const words = useDeliveryWords();
  const now = useNow(delivery.state === "waiting" ? "second" : "minute");
  const { state, event_type: type, tries, accepted_at: at, last, replay_id: replay } = delivery;
  const origin = [
    webhook === "unknown" ? t("deleted_webhook") : webhook !== null && nameOf(webhook),
    replay !== null && t(originOf(type, replay)),
  ]
    .filter(Boolean)
    .join(" · ");
  return (
    <li>
      <Link to={to} className={classes.row} aria-current={opened || undefined} preventScrollReset>
        <StateMark state={state} />
        <span className={classes.event}>
          <code>{type}</code>
          {origin !== "" && <small>{origin}</small>}
        </span>
        <span className={classes.outcome}>{words.line(delivery, now)}</span>
        <span className={classes.took}>
          {state === "delivered" && tries === 1 && last !== null
            ? tookWords(last.ms, i18n.language)
            : tries > 0 && t("tries", { count: tries })}
        </span>
        <RelativeTime at={at} className={classes.at} />
      </Link>
    </li>
  );
}
