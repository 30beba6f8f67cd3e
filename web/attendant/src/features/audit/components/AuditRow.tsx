import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useAttendants } from "@/features/attendants";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { PersonName } from "@/shared/ui/SafeText";

import type { AuditEntry } from "../api/audit";
import classes from "./audit.module.css";
import { useEntryTexts } from "./useEntryTexts";

const COLORS = { done: "teal", refused: "yellow", failed: "red", unknown: "gray" } as const;

/** One entry: what was done to what, by whom, when, from where, and how it ended. */
export function AuditRow({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation("audit");
  const style = useTimeStyle();
  const { data: people } = useAttendants();
  const texts = useEntryTexts();
  const { actor, address, device, outcome, at, times } = entry;
  const name = actor.name ?? people?.find(({ id }) => id === actor.id)?.name;
  const origin = [address, device].filter(Boolean).join(" · ");
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <span className={classes.action}>{texts.action(entry)}</span>
        <span className={classes.details}>{texts.details(entry)}</span>
      </div>
      <div className={classes.who}>
        <PersonName name={name ?? ""} fallback={t("unknown_person")} />
        <span>
          <time dateTime={at}>{exactTime(at, style)}</time>
          {origin && ` · ${origin}`}
        </span>
      </div>
      {(outcome !== "done" || times > 1) && (
        <span className={classes.marks}>
          {outcome !== "done" && (
            <Badge variant="light" color={COLORS[outcome]} tt="none">
              {t(`outcome.${outcome}`)}
            </Badge>
          )}
          {times > 1 && (
            <Badge variant="light" color="gray" tt="none">
              {t("times", { count: times })}
            </Badge>
          )}
        </span>
      )}
    </li>
  );
}
