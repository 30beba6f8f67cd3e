import { Autocomplete, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { DAYS, intervalsOf, type Lines } from "../model/hours";
import classes from "./automatic.module.css";

interface Props {
  lines: Lines;
  zone: string;
  onLines: (lines: Lines) => void;
  onZone: (zone: string) => void;
  /** That the server knows no such zone. */
  zoneError: string | null;
}

/** The week, one line a day, and the time zone that its clocks are in. */
export function HoursFields({ lines, zone, onLines, onZone, zoneError }: Props) {
  const { t } = useTranslation("automatic");
  return (
    <fieldset className={classes.hours}>
      <legend className={classes.hint}>{t("hours.help")}</legend>
      {DAYS.map((day) => (
        <div key={day} className={classes.day}>
          <label htmlFor={`hours-${day}`}>{t(`hours.${day}`)}</label>
          <TextInput
            id={`hours-${day}`}
            size="sm"
            maxLength={120}
            placeholder={t("hours.closed")}
            value={lines[day]}
            error={intervalsOf(day, lines[day]) === null ? t("hours.wrong") : null}
            onChange={({ currentTarget: { value } }) => onLines({ ...lines, [day]: value })}
          />
        </div>
      ))}
      <Autocomplete
        size="sm"
        label={t("hours.zone")}
        maxLength={64}
        limit={20}
        data={Intl.supportedValuesOf("timeZone")}
        value={zone}
        error={zoneError}
        onChange={onZone}
      />
    </fieldset>
  );
}
