import { useDebouncedValue } from "@mantine/hooks";
import { IconHourglass } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { DateTimeField } from "@/shared/time/DateField";
import { useTimeStyle } from "@/shared/time/times";
import { momentOf, writtenIn } from "@/shared/time/zoned";

import { useTargetPreview } from "../../api/targets";
import { useOwnLanguage } from "../../hooks/useOwnLanguage";
import { exampleDay, promises, TARGETS, type TargetValues } from "../../model/targets";
import classes from "./targets.module.css";

/** The targets in a sentence: of a conversation that is opened on a Friday afternoon, or whenever one says. */
export function Example({ values }: { values: TargetValues }) {
  const { t } = useTranslation("targets");
  const { zone } = useTimeStyle();
  const language = useOwnLanguage();
  const [written, setWritten] = useState(() => exampleDay(writtenIn(Date.now(), zone).slice(0, 10)));
  const [asked] = useDebouncedValue(values, 300);
  const opened = momentOf(written, zone);
  const known = !Number.isNaN(opened) && promises(asked);
  const openedAt = Number.isNaN(opened) ? "" : new Date(opened).toISOString();
  const { data } = useTargetPreview(asked, openedAt, known);
  const when = (at: number | string) =>
    new Intl.DateTimeFormat(language, {
      timeZone: zone,
      weekday: "long",
      day: "2-digit",
      month: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }).format(typeof at === "number" ? at : Date.parse(at));
  const due = TARGETS.flatMap((target) => (data ?? []).filter((one) => one.target === target));
  return (
    <section className={classes.example} aria-label={t("example.title")}>
      <div className={classes.exampleHead}>
        <IconHourglass size={18} stroke={1.75} aria-hidden />
        <b>{t("example.title")}</b>
        <DateTimeField size="sm" aria-label={t("example.opened")} value={written} onChange={setWritten} />
      </div>
      <div role="status">
        {known && due.length > 0 ? (
          <ul>
            {due.map(({ target, due_at: dueAt, warn_at: warnAt }) => (
              <li key={target}>
                {dueAt === null
                  ? t("example.never")
                  : t(`example.${target}`, { opened: when(opened), due: when(dueAt) })}
                {warnAt !== null && <small> {t("example.warn", { at: when(warnAt) })}</small>}
              </li>
            ))}
          </ul>
        ) : (
          <p>{t("example.nothing")}</p>
        )}
      </div>
    </section>
  );
}
