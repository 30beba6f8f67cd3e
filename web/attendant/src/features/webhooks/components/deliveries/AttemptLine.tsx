import { IconAlertTriangle, IconCheck, IconCircleDot, IconClockHour4 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { elapsed, exactTime } from "@/shared/time/format";
import { useNow } from "@/shared/time/ticker";
import { useTimeStyle } from "@/shared/time/times";

import type { Attempt, DeliveryDetail } from "../../api/ledgerTypes";
import { pauseWords, timelineOf, tookWords, type Moment } from "../../model/deliveriesTimeline";
import { Json } from "../Json";
import classes from "./deliveries.module.css";
import { HeaderList } from "./HeaderList";
import { useDeliveryWords } from "./useDeliveryWords";

const SHORT_PX = 8;
const LONG_PX = 64;

/** The attempts on a line of time: when each began, what it brought, and the pauses between them, drawn by their length. */
export function AttemptLine({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("deliveries");
  return (
    <ol className={classes.timeline} aria-label={t("attempts")}>
      {timelineOf(delivery).map((moment, place) => (
        <MomentItem key={place} moment={moment} />
      ))}
    </ol>
  );
}

function MomentItem({ moment }: { moment: Moment }) {
  const { t, i18n } = useTranslation("deliveries");
  if (moment.is === "pause") {
    const height = Math.round(SHORT_PX + moment.length * (LONG_PX - SHORT_PX));
    return (
      <li
        className={classes.pause}
        style={{ minHeight: Math.max(height, 24), paddingBlock: Math.max(0, height - 24) / 2 }}
      >
        {t("pause", { time: pauseWords(moment.ms, i18n.language) })}
      </li>
    );
  }
  if (moment.is === "accepted") {
    return (
      <li className={classes.moment} data-is="accepted">
        <IconCircleDot size={18} stroke={1.75} aria-hidden />
        <div>
          <p className={classes.what}>{t("accepted")}</p>
          <When at={moment.at} />
        </div>
      </li>
    );
  }
  return moment.is === "next" ? (
    <Next moment={moment} />
  ) : (
    <AttemptItem attempt={moment.attempt} number={moment.number} />
  );
}

function Next({ moment }: { moment: Extract<Moment, { is: "next" }> }) {
  const words = useDeliveryWords();
  const style = useTimeStyle();
  const now = useNow("second");
  const { at, waitsFor } = moment;
  return (
    <li className={classes.moment} data-is="next">
      <IconClockHour4 size={18} stroke={1.75} aria-hidden />
      <div>
        <p className={classes.what}>{words.waiting(waitsFor, at, now)}</p>
        {waitsFor === "retry" && at !== null && <p className={classes.when}>{toTheSecond(at, style)}</p>}
      </div>
    </li>
  );
}

function AttemptItem({ attempt, number }: { attempt: Attempt; number: number }) {
  const { t, i18n } = useTranslation("deliveries");
  const words = useDeliveryWords();
  const { at, outcome, ms, error, trouble, answer, answer_headers: headers, retry_after: wait } = attempt;
  const arrived = outcome === "delivered";
  const Icon = arrived ? IconCheck : IconAlertTriangle;
  return (
    <li className={classes.moment} data-is={arrived ? "delivered" : "failed"}>
      <Icon size={18} stroke={2} aria-hidden />
      <div>
        <p className={classes.what}>
          {t("attempt", { number })}: {words.outcome(attempt)}
          <span className={classes.ms}>{tookWords(ms, i18n.language)}</span>
        </p>
        <When at={at} />
        {!arrived && <p className={classes.means}>{t(`means.${outcome}`)}</p>}
        {wait !== null && (
          <p className={classes.means}>{t("asked", { time: pauseWords(wait * 1000, i18n.language) })}</p>
        )}
        {(error ?? trouble) !== null && (
          <p className={classes.detail} translate="no">
            {[error, trouble].filter(Boolean).join(" · ")}
          </p>
        )}
        <HeaderList headers={headers} />
        {answer !== null && answer !== "" && <Json value={answer} label={t("answer_of", { number })} />}
      </div>
    </li>
  );
}

function When({ at }: { at: string }) {
  const { i18n } = useTranslation();
  const style = useTimeStyle();
  const now = useNow("minute");
  return (
    <p className={classes.when}>
      <time dateTime={at}>{toTheSecond(at, style)}</time> · {elapsed(Math.max(0, now - Date.parse(at)), i18n.language)}
    </p>
  );
}

/** Of every zone the seconds are the same. */
function toTheSecond(at: string, style: { language: string; zone: string }): string {
  const seconds = String(new Date(at).getUTCSeconds()).padStart(2, "0");
  return `${exactTime(at, style)}:${seconds}`;
}
