import { useTranslation } from "react-i18next";

import { useColleagues } from "@/shared/conversations/colleagues";
import { useAvailabilities } from "@/shared/routing/availability";
import { useQueue } from "@/shared/routing/queue";
import { useMay } from "@/shared/session/SessionProvider";
import { useNow } from "@/shared/time/ticker";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { LiveSkeleton } from "@/shared/ui/Skeletons";
import { usePageTitle } from "@/shared/ui/pageTitle";

import { useOpenWork } from "../hooks/useOpenWork";
import { named, peopleOf, risksOf } from "../model/people";
import classes from "./live.module.css";
import { People } from "./People";
import { Risks, RisksFailed } from "./Risks";
import { Sums } from "./Sums";
import { TeamTable } from "./TeamTable";

/** The whole of the service at a glance: what waits, who is there, what is about to be missed. */
export function LivePage() {
  const { t } = useTranslation("live");
  usePageTitle(t("title"));
  const may = useMay("presence:manage");
  if (!may) return <EmptyState drawing="search" title={t("forbidden.title")} text={t("forbidden.text")} />;
  return <Allowed />;
}

function Allowed() {
  const { t } = useTranslation("live");
  const now = useNow("minute");
  const queue = useQueue();
  const presence = useAvailabilities();
  const colleagues = useColleagues(presence.people.some(({ name }) => !name));
  const work = useOpenWork();
  const again = () => {
    for (const one of [queue, presence, work]) if (one.status === "error") void one.refetch();
  };
  const failed = [queue, presence, work].find(({ status }) => status === "error");
  if (failed?.error && (queue.data === undefined || !presence.known)) {
    return <ErrorState error={failed.error} title={t("failed")} retry={again} />;
  }
  if (queue.data === undefined || !presence.known || work.status === "pending") return <LiveSkeleton />;
  // Not known is not none: where the conversations could not be loaded, nothing is said of them.
  const unknown = work.status === "error" && work.conversations.length === 0;
  const names = new Map(colleagues.map(({ id, name }) => [id, name]));
  const people = peopleOf(named(presence.people, names), work.conversations, now);
  const risks = unknown ? null : risksOf(work.conversations, now);
  return (
    <div className={classes.page}>
      <header className={classes.title}>
        <h1>{t("title")}</h1>
        <p>{t("text")}</p>
      </header>
      <Sums queue={queue.data} people={presence.people} risks={risks} />
      <div className={classes.columns}>
        <div className={classes.column}>
          <TeamTable queue={queue.data} />
          {risks === null ? <RisksFailed error={work.error} retry={again} /> : <Risks risks={risks} />}
        </div>
        <People rows={people} more={work.hasMore} known={!unknown} />
      </div>
    </div>
  );
}
