import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { Stars } from "@/shared/conversations/Stars";
import { serverClock } from "@/shared/time/clock";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { PersonName, SafeText } from "@/shared/ui/SafeText";

import classes from "./customer.module.css";
import { Section } from "./Section";

/** What the customer thought of this conversation, or that they were asked; nothing where nobody has asked. */
export function Rating({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation("ratings");
  const style = useTimeStyle();
  const { rating_details: rated, rating_request: asked } = conversation;
  const waits = Boolean(asked) && asked?.id !== rated?.request_id;
  if (!rated && !waits) return null;
  const attendant = rated?.attendant?.name;
  return (
    <Section title={t("section")}>
      {rated && (
        <div className={classes.rating}>
          <Stars value={rated.value} />
          {rated.comment && (
            <blockquote className={classes.comment}>
              <SafeText text={rated.comment} />
            </blockquote>
          )}
          <small>
            {attendant ? (
              <>
                <span key="of">{t("of", { name: "" })}</span>
                <PersonName name={attendant} />
              </>
            ) : (
              <span key="nobody">{t("nobody")}</span>
            )}
            <span>{` · ${exactTime(rated.rated_at, style)}`}</span>
          </small>
        </div>
      )}
      {asked && waits && (
        <p className={classes.nothing}>
          {t(Date.parse(asked.expires_at) > serverClock.now() ? "asked" : "expired", {
            time: exactTime(asked.asked_at, style),
          })}
        </p>
      )}
    </Section>
  );
}
