import { IconAlarm, IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Conversation } from "@/shared/api/types";
import { useStanding } from "@/shared/conversations/useStanding";
import { neutralName } from "@/shared/text/neutral";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PersonName } from "@/shared/ui/SafeText";

import { useSteady } from "../hooks/useSteady";
import { Deeds } from "./Deeds";
import classes from "./live.module.css";

const SHOWN = 20;

/** What is near or past its target. */
export function Risks({ risks }: { risks: readonly Conversation[] }) {
  const { t } = useTranslation("live");
  const { rows, gone, handlers } = useSteady(risks.slice(0, SHOWN));
  return (
    <section className={classes.part} aria-labelledby="live-risks">
      <h2 id="live-risks">{t("risks.title")}</h2>
      {rows.length === 0 ? (
        <p className={classes.empty}>{t("risks.empty")}</p>
      ) : (
        <ul className={classes.list} {...handlers}>
          {rows.map((one) => (
            <li key={one.id} className={classes.risk} data-gone={gone.has(one.id) || undefined}>
              <Risk conversation={one} />
            </li>
          ))}
        </ul>
      )}
      {risks.length > SHOWN && <p className={classes.empty}>{t("risks.more", { count: risks.length - SHOWN })}</p>}
    </section>
  );
}

/** That they are not known: an empty list would say that all is well. */
export function RisksFailed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation("live");
  return (
    <section className={classes.part} aria-labelledby="live-risks">
      <h2 id="live-risks">{t("risks.title")}</h2>
      <ErrorState error={error} title={t("risks.failed")} retry={retry} compact />
    </section>
  );
}

function Risk({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation("live");
  const { t: desk } = useTranslation("desk");
  const standing = useStanding(conversation);
  const { contact, channel, assignee, team, number } = conversation;
  const name = neutralName(contact.name ?? "") || t("nameless");
  const level = standing?.level ?? "fine";
  const Sign = level === "missed" ? IconAlertTriangle : IconAlarm;
  const whose = assignee ? neutralName(assignee.name ?? "") || "—" : t("nobody");
  return (
    <>
      <span className={classes.level} data-level={level} title={standing?.words}>
        <Sign size={16} role="img" aria-label={standing?.words ?? ""} />
        <span className="numbers">{standing && desk(`target.short.${level}`, { time: standing.time })}</span>
      </span>
      <Link to={`/inbox/all/${conversation.id}`} className={classes.who}>
        <span className={classes.name}>
          <ChannelMark kind={channel.kind} name={channel.name} size={14} />
          <PersonName name={name} />
          <span className={classes.number}>#{number}</span>
        </span>
        <span className={classes.more}>
          <bdi>{team?.name ? t("with_team", { name: whose, team: team.name }) : whose}</bdi>
        </span>
      </Link>
      <Deeds conversation={conversation} name={name} />
    </>
  );
}
