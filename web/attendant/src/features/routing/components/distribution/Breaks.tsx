import { Button, Chip, MultiSelect, Select, SegmentedControl } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Refused } from "@/features/settings";
import { useAttendants } from "@/features/attendants";
import { DateField, TimeField } from "@/shared/time/DateField";
import { useTimeStyle } from "@/shared/time/times";
import { writtenIn } from "@/shared/time/zoned";
import { IconButton } from "@/shared/ui/IconButton";

import { useItems } from "../../api/items";
import { DAYS, type Break } from "../../api/types";
import { asWeekly, isWrong, MAX_BREAKS, newBreak } from "../../model/presence";
import classes from "./distribution.module.css";

interface Props {
  breaks: readonly Break[];
  refused: Refused;
  onChange: (breaks: Break[]) => void;
}

/** Planned absences: every week or once, of everybody or of some. */
export function Breaks({ breaks, refused, onChange }: Props) {
  const { t } = useTranslation("distribution");
  return (
    <div>
      {breaks.length > 0 && (
        <ul className={classes.breaks}>
          {breaks.map((one, at) => (
            <li key={at}>
              <BreakFields
                one={one}
                error={refused(`breaks.${at}`, true)}
                onChange={(to) => onChange(breaks.map((other, place) => (place === at ? to : other)))}
              />
              <IconButton
                label={t("breaks.remove", { at: `${one.start}–${one.end}` })}
                onClick={() => onChange(breaks.filter((_, place) => place !== at))}
              >
                <IconX size={18} stroke={1.75} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <Button
        size="sm"
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden />}
        disabled={breaks.length >= MAX_BREAKS}
        onClick={() => onChange([...breaks, newBreak()])}
      >
        {t("breaks.add")}
      </Button>
    </div>
  );
}

interface FieldsProps {
  one: Break;
  error: string | null;
  onChange: (one: Break) => void;
}

function BreakFields({ one, error, onChange }: FieldsProps) {
  const { t } = useTranslation(["distribution", "hours"]);
  const { zone } = useTimeStyle();
  const people = useAttendants().data ?? [];
  const teams = useItems("teams").data ?? [];
  const reasons = useItems("away-reasons").data ?? [];
  const weekly = one.date === null;
  const who = [...one.team_ids.map((id) => `team:${id}`), ...one.attendant_ids.map((id) => `person:${id}`)];
  const setWho = (chosen: readonly string[]) =>
    onChange({
      ...one,
      team_ids: chosen.filter((id) => id.startsWith("team:")).map((id) => id.slice("team:".length)),
      attendant_ids: chosen.filter((id) => id.startsWith("person:")).map((id) => id.slice("person:".length)),
    });
  return (
    <div className={classes.break}>
      <div className={classes.line}>
        <SegmentedControl
          size="sm"
          aria-label={t("breaks.when")}
          value={weekly ? "weekly" : "once"}
          data={(["weekly", "once"] as const).map((value) => ({ value, label: t(`breaks.${value}`) }))}
          onChange={(to) => onChange(asWeekly(one, to === "weekly", writtenIn(Date.now(), zone).slice(0, 10)))}
        />
        {one.date !== null && (
          <DateField
            size="sm"
            aria-label={t("breaks.date")}
            value={one.date}
            onChange={(date) => onChange({ ...one, date })}
          />
        )}
        <TimeField
          size="sm"
          aria-label={t("breaks.start")}
          value={one.start}
          error={isWrong(one)}
          onChange={(start) => onChange({ ...one, start })}
        />
        <TimeField
          size="sm"
          aria-label={t("breaks.end")}
          value={one.end}
          error={isWrong(one)}
          onChange={(end) => onChange({ ...one, end })}
        />
      </div>
      {weekly && (
        <Chip.Group multiple value={one.days} onChange={(days) => onChange({ ...one, days: days })}>
          <div className={classes.line} role="group" aria-label={t("breaks.days")}>
            {DAYS.map((day) => (
              <Chip key={day} value={day} size="sm" classNames={{ label: classes.day ?? "" }}>
                {t(`hours:short.${day}`)}
              </Chip>
            ))}
          </div>
        </Chip.Group>
      )}
      <div className={classes.line}>
        <MultiSelect
          className={classes.who ?? ""}
          size="sm"
          aria-label={t("breaks.who")}
          placeholder={who.length === 0 ? t("breaks.everybody") : ""}
          searchable
          value={who}
          data={[
            ...(teams.length > 0
              ? [
                  {
                    group: t("breaks.teams"),
                    items: teams.map(({ id, name }) => ({ value: `team:${id}`, label: name })),
                  },
                ]
              : []),
            {
              group: t("breaks.attendants"),
              items: people.map(({ id, name }) => ({ value: `person:${id}`, label: name })),
            },
          ]}
          onChange={setWho}
        />
        <Select
          size="sm"
          w={180}
          aria-label={t("breaks.reason")}
          placeholder={t("breaks.no_reason")}
          clearable
          value={one.reason_id}
          data={reasons.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(reason_id) => onChange({ ...one, reason_id })}
        />
      </div>
      {isWrong(one) && <p className={classes.wrong}>{t("breaks.wrong")}</p>}
      {error !== null && <p className={classes.wrong}>{error}</p>}
    </div>
  );
}
