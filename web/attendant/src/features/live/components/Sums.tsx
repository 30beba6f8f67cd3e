import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { standingOf } from "@/shared/conversations/serviceLevel";
import type { Availability, Queue } from "@/shared/routing/types";
import { waitingTime } from "@/shared/time/format";
import { useNow } from "@/shared/time/ticker";
import { useTimeStyle } from "@/shared/time/times";

import classes from "./live.module.css";

interface Props {
  queue: Queue;
  people: readonly Availability[];
  /** Null: not known. */
  risks: readonly Conversation[] | null;
}

/** The numbers that a supervisor looks for first. */
export function Sums({ queue, people, risks }: Props) {
  const { t } = useTranslation("live");
  const now = useNow("minute");
  const { language } = useTimeStyle();
  const waiting = queue.teams.reduce((sum, one) => sum + one.waiting, 0);
  const longest = queue.teams
    .map((one) => one.longest_since)
    .filter(Boolean)
    .sort()[0];
  const online = people.filter(({ state }) => state === "online");
  const missed = risks?.filter((one) => standingOf(one, now)?.level === "missed").length ?? 0;
  const near = (risks?.length ?? 0) - missed;
  const known = (count: number) => (risks === null ? "—" : String(count));
  return (
    <dl className={classes.sums}>
      <Sum name={t("sum.waiting")} value={String(waiting)} />
      <Sum name={t("sum.longest")} value={longest ? waitingTime(longest, now, language) : "—"} />
      <Sum name={t("sum.online")} value={t("sum.of", { count: online.length, all: people.length })} />
      <Sum name={t("sum.free")} value={String(online.filter(({ room }) => room).length)} />
      <Sum name={t("sum.near")} value={known(near)} tone={near > 0 ? "near" : undefined} />
      <Sum name={t("sum.missed")} value={known(missed)} tone={missed > 0 ? "missed" : undefined} />
    </dl>
  );
}

function Sum({ name, value, tone }: { name: string; value: string; tone?: "near" | "missed" | undefined }) {
  return (
    <div className={classes.sum} data-tone={tone}>
      <dt>{name}</dt>
      <dd className="numbers">{value}</dd>
    </div>
  );
}
