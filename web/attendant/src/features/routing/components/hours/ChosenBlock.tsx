import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { TimeField } from "@/shared/time/DateField";

import { DAYS } from "../../api/types";
import { blockOf, clockOf, DAY, dayOf, fits, minuteOf, type Block } from "../../model/week";
import classes from "./week.module.css";

interface Props {
  block: Block;
  others: readonly Block[];
  put: (as: Block) => void;
  remove: () => void;
}

/** The chosen interval, to the minute: where it begins and ends is typed here. */
export function ChosenBlock({ block, others, put, remove }: Props) {
  const { t } = useTranslation("hours");
  const [typed, setTyped] = useState({ start: clockOf(block.start), end: clockOf(block.end) });
  const day = DAYS[dayOf(block)] ?? "monday";
  const start = minuteOf(typed.start);
  const end = minuteOf(typed.end);
  const wanted = start === null || end === null ? null : blockOf(dayOf(block), start, end);
  const wrong = wanted !== null && !fits(wanted, others);
  const nextDay = wanted !== null && wanted.end - dayOf(wanted) * DAY > DAY;
  const set = (change: Partial<typeof typed>) => setTyped({ ...typed, ...change });
  const apply = (change: Partial<typeof typed>) => {
    const [from, to] = [minuteOf(change.start ?? typed.start), minuteOf(change.end ?? typed.end)];
    const changed = from === null || to === null ? null : blockOf(dayOf(block), from, to);
    if (changed !== null && fits(changed, others)) put(changed);
  };
  const field = (name: "start" | "end") => ({
    size: "sm" as const,
    className: classes.chosenTime ?? "",
    label: t(`week.${name}`),
    value: typed[name],
    onChange: (value: string) => set({ [name]: value }),
    onLeave: (value: string) => apply({ [name]: value }),
  });
  return (
    <div className={classes.chosen} role="group" aria-label={t("week.chosen", { day: t(`days.${day}`) })}>
      <b>{t(`days.${day}`)}</b>
      <TimeField {...field("start")} error={wrong} />
      <TimeField {...field("end")} error={wrong} />
      <span className={classes.chosenNote} role="status">
        {wrong ? t("week.overlaps") : nextDay ? t("week.next_day") : ""}
      </span>
      <Button size="sm" variant="subtle" color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove}>
        {t("week.remove")}
      </Button>
    </div>
  );
}
