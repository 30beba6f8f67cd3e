import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { ScheduledMessage } from "@/shared/api/types";
import { useMyScheduled } from "@/shared/scheduled/scheduled";
import { dayOf } from "@/shared/time/format";
import { DayName, useTimeStyle } from "@/shared/time/times";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { RowSkeletons } from "@/shared/ui/Skeletons";

import { ScheduledRow } from "./ScheduledRow";
import { UnsentFrame } from "./UnsentFrame";
import classes from "./unsent.module.css";

/** What the person wants to be said later, by day; first what could not be said. */
export function ScheduledPage({ back }: { back: boolean }) {
  const { t } = useTranslation("unsent");
  const { data, error, isFetching, refetch } = useMyScheduled();
  return (
    <UnsentFrame title={t("scheduled.title")} about={t("scheduled.about")} back={back}>
      {data !== undefined ? (
        <Lists all={data} />
      ) : error !== null ? (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} />
      ) : (
        <div className={classes.section}>
          <RowSkeletons count={4} />
        </div>
      )}
    </UnsentFrame>
  );
}

function Lists({ all }: { all: readonly ScheduledMessage[] }) {
  const { t } = useTranslation("unsent");
  const { zone } = useTimeStyle();
  const failed = all.filter(({ state }) => state === "failed");
  const days = useMemo(() => {
    const waiting = all.filter(({ state }) => state === "waiting");
    return [...Map.groupBy(waiting, (one) => dayOf(Date.parse(one.scheduled_for), zone))];
  }, [all, zone]);
  if (all.length === 0) {
    return <EmptyState title={t("scheduled.none")} text={t("scheduled.none_text")} drawing="done" />;
  }
  return (
    <>
      {failed.length > 0 && (
        <section className={classes.section} aria-label={t("scheduled.failed")}>
          <h2>{t("scheduled.failed")}</h2>
          <Rows rows={failed} />
        </section>
      )}
      {days.map(([day, rows]) => (
        <section key={day} className={classes.section}>
          <h2>
            <DayName at={rows[0]?.scheduled_for ?? day} />
          </h2>
          <Rows rows={rows} />
        </section>
      ))}
    </>
  );
}

function Rows({ rows }: { rows: readonly ScheduledMessage[] }) {
  return (
    <ul className={classes.list}>
      {rows.map((one) => (
        <ScheduledRow key={one.id} one={one} />
      ))}
    </ul>
  );
}
