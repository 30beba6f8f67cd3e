import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Queue, TeamQueue } from "@/shared/routing/types";
import { useFullChannels } from "@/shared/routing/useFullChannels";
import { neutralName } from "@/shared/text/neutral";
import { WaitingTime } from "@/shared/time/times";

import { useSteady } from "../hooks/useSteady";
import classes from "./live.module.css";

/** How much waits in each team, and who is there for it. */
export function TeamTable({ queue }: { queue: Queue }) {
  const { t } = useTranslation("live");
  const now = queue.teams.map((one) => ({ ...one, id: one.team?.id ?? "" }));
  const { rows, gone, handlers } = useSteady(now);
  return (
    <section className={classes.part} aria-labelledby="live-teams">
      <h2 id="live-teams">{t("teams.title")}</h2>
      {rows.length === 0 ? (
        <p className={classes.empty}>{t("teams.empty")}</p>
      ) : (
        <div className={classes.scrolls} tabIndex={0} role="group" aria-labelledby="live-teams">
          <table className={classes.table} {...handlers}>
            <thead>
              <tr>
                <th scope="col">{t("teams.team")}</th>
                <th scope="col">{t("teams.waiting")}</th>
                <th scope="col">{t("teams.longest")}</th>
                <th scope="col">{t("teams.there")}</th>
                <th scope="col">{t("teams.room")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((one) => (
                <tr key={one.id} data-gone={gone.has(one.id) || undefined}>
                  <TeamRow one={one} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function TeamRow({ one }: { one: TeamQueue }) {
  const { t } = useTranslation("live");
  const name = one.team ? neutralName(one.team.name ?? "") || "—" : t("teams.none");
  const there = one.team
    ? [
        t("teams.online", { count: one.online }),
        one.busy > 0 && t("teams.busy", { count: one.busy }),
        one.away > 0 && t("teams.away", { count: one.away }),
      ]
        .filter(Boolean)
        .join(" · ")
    : "—";
  const channels = useFullChannels(one);
  const nobody = (one.team && one.online === 0 && one.waiting > 0) || undefined;
  return (
    <>
      <th scope="row">
        <Link to={one.team ? `/inbox/queue?team=${one.team.id}` : "/inbox/queue"} title={name}>
          <bdi>{name}</bdi>
        </Link>
        {one.team && (
          <span className={classes.there} data-warns={nobody}>
            {there}
          </span>
        )}
      </th>
      <td className="numbers">{one.waiting}</td>
      <td className="numbers">{one.longest_since ? <WaitingTime at={one.longest_since} /> : "—"}</td>
      <td data-warns={nobody}>{there}</td>
      <td className="numbers" data-warns={one.room === 0 || undefined}>
        {one.room ?? "—"}
        {channels !== null && (
          <span className={classes.none} data-warns>
            {t("teams.full_channels", { channels })}
          </span>
        )}
      </td>
    </>
  );
}
