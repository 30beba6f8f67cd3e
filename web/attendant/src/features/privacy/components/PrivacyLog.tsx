import { Anchor, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Setting } from "@/features/settings";
import { useMay } from "@/shared/session/SessionProvider";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";

import { usePrivacyLog, type LogEntry } from "../api/privacy";
import classes from "./privacy.module.css";

/** The latest of who did what with whose data, why, and what the product did by itself. */
export function PrivacyLog() {
  const { t } = useTranslation("privacy");
  const mayAudit = useMay("audit:read");
  const { data, error, isPending, isFetching, refetch } = usePrivacyLog();
  return (
    <Setting id="log" label={t("log.label")} help={t("log.help")} wide>
      <div className={classes.stack}>
        {mayAudit && (
          <Anchor component={Link} to="/settings/audit" size="sm">
            {t("log.audit")}
          </Anchor>
        )}
        {isPending && <Bar height={40} />}
        {data === undefined && error && (
          <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
        )}
        {data?.items.length === 0 && <Text c="var(--text-2)">{t("log.none")}</Text>}
        <ul className={classes.list}>
          {data?.items.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ul>
      </div>
    </Setting>
  );
}

function Entry({ entry: { action, at, by, details } }: { entry: LogEntry }) {
  const { t } = useTranslation("privacy");
  const style = useTimeStyle();
  const reason = details["reason"];
  return (
    <li className={classes.row}>
      <span className={classes.grow}>
        {t(`log.action.${action}`)}
        {typeof reason === "string" && (
          <Text span size="sm" c="var(--text-2)" display="block">
            {reason}
          </Text>
        )}
      </span>
      <Text span size="sm" c="var(--text-2)">
        {`${exactTime(at, style)} · ${by.name ?? t("log.system")}`}
      </Text>
    </li>
  );
}
