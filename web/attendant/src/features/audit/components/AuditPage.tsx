import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SettingsPageLayout } from "@/features/settings";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";

import { useAudit } from "../api/audit";
import { isFiltered, type AuditFilter } from "../model/filter";
import classes from "./audit.module.css";
import { AuditRow } from "./AuditRow";
import { Filters } from "./Filters";

/** Who did what on what, when, from where. */
export function AuditPage() {
  const { t } = useTranslation("audit");
  const [filter, setFilter] = useState<AuditFilter>({});
  const { data, error, isPending, isFetching, isPlaceholderData, refetch, ...more } = useAudit(filter);
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      <Filters filter={filter} set={setFilter} />
      {isPending && <ListSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data?.length === 0 && <Nothing filtered={isFiltered(filter)} />}
      {data !== undefined && data.length > 0 && (
        <ul className={classes.list} aria-label={t("list")} aria-busy={isPlaceholderData} data-old={isPlaceholderData}>
          {data.map((entry) => (
            <AuditRow key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      {more.hasNextPage && !isPlaceholderData && (
        <Button
          variant="default"
          className={classes.more}
          onClick={() => void more.fetchNextPage()}
          loading={more.isFetchingNextPage}
        >
          {t("more")}
        </Button>
      )}
    </SettingsPageLayout>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation("audit");
  return <EmptyState title={t(filtered ? "none" : "empty")} text={t(filtered ? "none_text" : "empty_text")} compact />;
}

function ListSkeleton() {
  return (
    <div className={classes.list} aria-busy="true">
      {[1, 2, 3, 4, 5, 6].map((place) => (
        <div key={place} className={classes.row}>
          <Bar width="60%" height={16} />
          <Bar width="40%" />
        </div>
      ))}
    </div>
  );
}
