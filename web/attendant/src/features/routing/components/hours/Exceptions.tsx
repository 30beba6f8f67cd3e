import { Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Refused } from "@/features/settings";
import { DateField, TimeField } from "@/shared/time/DateField";
import { IconButton } from "@/shared/ui/IconButton";

import type { DayException } from "../../api/types";
import { asKind, MAX_EXCEPTIONS } from "../../model/hours";
import classes from "./hours.module.css";

interface Props {
  exceptions: readonly DayException[];
  /** That a date is missing, or is there twice, is shown. */
  missing: boolean;
  twice: boolean;
  refused: Refused;
  onChange: (exceptions: DayException[]) => void;
}

const KINDS = ["closed", "hours", "as_usual"] as const;
const MAX_NAME = 80;

/** Days that are not as their weekday. */
export function Exceptions({ exceptions, missing, twice, refused, onChange }: Props) {
  const { t } = useTranslation("hours");
  const change = (at: number, exception: DayException) =>
    onChange(exceptions.map((one, place) => (place === at ? exception : one)));
  const dates = exceptions.map(({ date }) => date);
  const dateError = (date: string, at: number) => {
    if (missing && date === "") return t("exceptions.no_date");
    if (twice && dates.indexOf(date) !== at) return t("exceptions.twice");
    return refused(`exceptions.${at}.date`) ?? refused(`exceptions.${at}`);
  };
  return (
    <div>
      {exceptions.length > 0 && (
        <ul className={classes.exceptions}>
          {exceptions.map((one, at) => (
            <li key={at}>
              <DateField
                aria-label={t("exceptions.date")}
                value={one.date}
                error={dateError(one.date, at)}
                onChange={(date) => change(at, { ...one, date })}
              />
              <TextInput
                className={classes.exceptionName ?? ""}
                aria-label={t("exceptions.name")}
                placeholder={t("exceptions.name_example")}
                maxLength={MAX_NAME}
                value={one.name ?? ""}
                onChange={({ currentTarget: { value } }) => change(at, { ...one, name: value === "" ? null : value })}
              />
              <Select
                aria-label={t("exceptions.kind")}
                w={180}
                allowDeselect={false}
                value={one.kind}
                data={KINDS.map((kind) => ({ value: kind, label: t(`exceptions.${kind}`) }))}
                onChange={(kind) => kind !== null && change(at, asKind(one, kind))}
              />
              <IconButton
                label={t("exceptions.remove", { name: one.name ?? one.date })}
                onClick={() => onChange(exceptions.filter((_, place) => place !== at))}
              >
                <IconX size={18} stroke={1.75} aria-hidden />
              </IconButton>
              {one.kind === "hours" && (
                <Times
                  exception={one}
                  error={refused(`exceptions.${at}.intervals`, true)}
                  onChange={(to) => change(at, to)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <Button
        size="sm"
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden />}
        disabled={exceptions.length >= MAX_EXCEPTIONS}
        onClick={() => onChange([...exceptions, { date: "", name: null, kind: "closed", intervals: [] }])}
      >
        {t("exceptions.add")}
      </Button>
    </div>
  );
}

interface TimesProps {
  exception: DayException;
  error: string | null;
  onChange: (exception: DayException) => void;
}

/** The hours of one such day. */
function Times({ exception, error, onChange }: TimesProps) {
  const { t } = useTranslation("hours");
  const { intervals } = exception;
  const set = (at: number, what: Partial<DayException["intervals"][number]>) =>
    onChange({ ...exception, intervals: intervals.map((one, place) => (place === at ? { ...one, ...what } : one)) });
  const last = intervals.at(-1);
  return (
    <div className={classes.times}>
      {intervals.map(({ start, end }, at) => (
        <span key={at} className={classes.time}>
          <TimeField
            size="sm"
            aria-label={t("week.start")}
            value={start}
            error={error !== null}
            onChange={(value) => value !== "" && set(at, { start: value })}
          />
          <span aria-hidden>–</span>
          <TimeField
            size="sm"
            aria-label={t("week.end")}
            value={end === "24:00" ? "00:00" : end}
            error={error !== null}
            onChange={(value) => value !== "" && set(at, { end: value === "00:00" ? "24:00" : value })}
          />
          {intervals.length > 1 && (
            <IconButton
              label={t("week.remove")}
              onClick={() => onChange({ ...exception, intervals: intervals.filter((_, place) => place !== at) })}
            >
              <IconX size={16} stroke={1.75} aria-hidden />
            </IconButton>
          )}
        </span>
      ))}
      {last !== undefined && intervals.length < 5 && last.end > last.start && last.end < "23:00" && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => onChange({ ...exception, intervals: [...intervals, { start: last.end, end: "24:00" }] })}
        >
          {t("week.add")}
        </Button>
      )}
      {error !== null && <span className={classes.refused}>{error}</span>}
    </div>
  );
}
