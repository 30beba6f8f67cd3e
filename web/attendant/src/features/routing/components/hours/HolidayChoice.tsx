import { Checkbox, Select, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useCountries, useHolidays } from "../../api/hours";
import type { Holiday, Holidays } from "../../api/types";
import { useOwnLanguage } from "../../hooks/useOwnLanguage";
import { newHolidays, withHoliday } from "../../model/hours";
import classes from "./hours.module.css";

interface Props {
  holidays: Holidays | null;
  year: number;
  error: string | null;
  onChange: (holidays: Holidays | null) => void;
}

/** Whether it is closed on holidays, those of which country and state, and which of them are worked. */
export function HolidayChoice({ holidays, year, error, onChange }: Props) {
  const { t } = useTranslation("hours");
  return (
    <div className={classes.holidays}>
      <Switch
        label={t("holidays.on")}
        checked={holidays !== null}
        onChange={({ currentTarget: { checked } }) => onChange(checked ? newHolidays() : null)}
      />
      {holidays !== null && <Chosen holidays={holidays} year={year} error={error} onChange={onChange} />}
    </div>
  );
}

function Chosen({ holidays, year, error, onChange }: Props & { holidays: Holidays }) {
  const { t } = useTranslation("hours");
  const language = useOwnLanguage();
  const countries = useCountries().data ?? [];
  const found = useHolidays(holidays, year);
  const names = new Intl.DisplayNames(language, { type: "region" });
  const nameOf = (code: string) => names.of(code) ?? code;
  const states = countries.find(({ code }) => code === holidays.country)?.states ?? [];
  const shown = (found.data ?? []).filter(({ optional }) => holidays.optional || !optional);
  const once = [...new Map(shown.map((one) => [one.name, one])).values()];
  return (
    <>
      <div className={classes.where}>
        <Select
          label={t("holidays.country")}
          searchable
          allowDeselect={false}
          value={holidays.country}
          error={error}
          data={[...new Set([holidays.country, ...countries.map(({ code }) => code)])]
            .map((code) => ({ value: code, label: nameOf(code) }))
            .sort((a, b) => a.label.localeCompare(b.label))}
          onChange={(country) =>
            country !== null && country !== holidays.country && onChange({ ...newHolidays(), country })
          }
        />
        {states.length > 0 && (
          <Select
            label={t("holidays.state")}
            placeholder={t("holidays.no_state")}
            searchable
            clearable
            value={holidays.state}
            data={states}
            onChange={(state) => onChange({ ...holidays, state })}
          />
        )}
      </div>
      <Switch
        label={t("holidays.optional")}
        description={t("holidays.optional_help")}
        checked={holidays.optional}
        onChange={({ currentTarget: { checked } }) => onChange({ ...holidays, optional: checked })}
      />
      {once.length > 0 && (
        <fieldset className={classes.checks}>
          <legend>{t("holidays.list", { year })}</legend>
          {once.map((holiday) => (
            <HolidayCheck
              key={holiday.name}
              holiday={holiday}
              closed={!holidays.open_on.includes(holiday.name)}
              onChange={(closed) => onChange(withHoliday(holidays, holiday.name, closed))}
            />
          ))}
        </fieldset>
      )}
      {found.isError && <p className={classes.refused}>{t("holidays.failed")}</p>}
    </>
  );
}

interface CheckProps {
  holiday: Holiday;
  closed: boolean;
  onChange: (closed: boolean) => void;
}

function HolidayCheck({ holiday: { name, date, optional }, closed, onChange }: CheckProps) {
  const { t } = useTranslation("hours");
  const language = useOwnLanguage();
  const day = new Intl.DateTimeFormat(language, { day: "2-digit", month: "short", weekday: "short", timeZone: "UTC" });
  return (
    <Checkbox
      label={name}
      description={`${day.format(Date.parse(date))}${optional ? ` · ${t("holidays.is_optional")}` : ""}`}
      checked={closed}
      onChange={({ currentTarget: { checked } }) => onChange(checked)}
    />
  );
}
