import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/shared/ui/IconButton";
import { Bar } from "@/shared/ui/Skeletons";

import { DAYS, type YearDay } from "../../api/types";
import { useOwnLanguage } from "../../hooks/useOwnLanguage";
import { weeksOf } from "../../model/hours";
import classes from "./year.module.css";

interface Props {
  year: number;
  onYear: (year: number) => void;
  /** Null while they are not known. */
  days: readonly YearDay[] | null;
  failed: boolean;
}

const MONTHS = Array.from({ length: 12 }, (_, month) => month);
const KINDS = ["open", "closed", "holiday", "exception"] as const;

/** The whole year: on which days it is open, closed, a holiday, or otherwise; each with what it is on hover, or when it is clicked or tapped. */
export function YearView({ year, onYear, days, failed }: Props) {
  const { t } = useTranslation("hours");
  const known = new Map((days ?? []).map((day) => [day.date, day]));
  const [asked, setAsked] = useState<string | null>(null);
  const special = (days ?? []).filter(({ kind }) => kind === "holiday" || kind === "exception");
  return (
    <div>
      <div className={classes.head}>
        <IconButton label={t("year.before")} onClick={() => onYear(year - 1)}>
          <IconChevronLeft size={18} stroke={1.75} aria-hidden />
        </IconButton>
        <b aria-live="polite">{year}</b>
        <IconButton label={t("year.after")} onClick={() => onYear(year + 1)}>
          <IconChevronRight size={18} stroke={1.75} aria-hidden />
        </IconButton>
        <ul className={classes.legend}>
          {KINDS.map((kind) => (
            <li key={kind}>
              <i data-kind={kind} aria-hidden />
              {t(`year.${kind}`)}
            </li>
          ))}
        </ul>
      </div>
      {failed && days === null ? (
        <p className={classes.failed}>{t("year.failed")}</p>
      ) : days === null ? (
        <Bar height={320} />
      ) : (
        <div className={classes.months}>
          {MONTHS.map((month) => (
            <Month key={month} year={year} month={month} known={known} asked={asked} ask={setAsked} />
          ))}
        </div>
      )}
      {special.length > 0 && (
        <details className={classes.special}>
          <summary>{t("year.special", { count: special.length })}</summary>
          <ul>
            {special.map((day) => (
              <li key={day.date}>
                <DayWords day={day} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

interface MonthProps {
  year: number;
  month: number;
  known: ReadonlyMap<string, YearDay>;
  /** The day whose words are shown. */
  asked: string | null;
  ask: (date: string | null) => void;
}

function Month({ year, month, known, asked, ask }: MonthProps) {
  const { t } = useTranslation("hours");
  const language = useOwnLanguage();
  const words = useDayWords();
  const name = new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" }).format(Date.UTC(year, month, 1));
  return (
    <table className={classes.month}>
      <caption>{name}</caption>
      <thead>
        <tr>
          {DAYS.map((day) => (
            <th key={day} scope="col">
              <abbr title={t(`days.${day}`)}>{t(`short.${day}`).slice(0, 1)}</abbr>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(year, month).map((week, at) => (
          <tr key={at}>
            {week.map((cell, day) => {
              const found = cell === null ? undefined : known.get(cell.date);
              return cell === null || found === undefined ? (
                <td key={day} />
              ) : (
                <td
                  key={day}
                  data-kind={found.kind}
                  data-works={found.intervals.length > 0 || undefined}
                  title={words(found)}
                  onClick={() => ask(asked === cell.date ? null : cell.date)}
                >
                  {cell.day}
                  {asked === cell.date && (
                    <span role="status" className={classes.words} data-right={day > 3 || undefined}>
                      {words(found)}
                    </span>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DayWords({ day }: { day: YearDay }) {
  return <>{useDayWords()(day)}</>;
}

/** "sex., 25 de dez.: Natal. Fechado": what a day is, in words. */
function useDayWords(): (day: YearDay) => string {
  const { t } = useTranslation("hours");
  const language = useOwnLanguage();
  const format = new Intl.DateTimeFormat(language, {
    weekday: "short",
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
  return ({ date, name, intervals }) => {
    const times = intervals.map(({ start, end }) => `${start}–${end}`).join(", ");
    const what = [name, times === "" ? t("week.closed_day") : times].filter(Boolean).join(" · ");
    return `${format.format(Date.parse(date))}: ${what}`;
  };
}
