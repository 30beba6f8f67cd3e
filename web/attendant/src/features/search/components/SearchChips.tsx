import { Button, Menu, Popover, UnstyledButton } from "@mantine/core";
import { IconCheck, IconChevronDown, IconX } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { DateField } from "@/shared/time/DateField";
import { dayOf } from "@/shared/time/format";
import { useNow } from "@/shared/time/ticker";
import { useTimeStyle } from "@/shared/time/times";

import { DIRECTIONS, lastDays, type Refinement } from "../model/refinement";
import classes from "./SearchResults.module.css";

interface Props {
  refinement: Refinement;
  onChange: (refinement: Refinement) => void;
  /** Chips of the list that narrow here too. */
  children: ReactNode;
}

/** What narrows a search of messages, as chips under the box. */
export function SearchChips({ refinement, onChange, children }: Props) {
  const { t } = useTranslation("search");
  const { conversationId, ...rest } = refinement;
  return (
    <div className={classes.chips} role="group" aria-label={t("filters")}>
      {conversationId !== undefined && (
        <UnstyledButton className={classes.chip} data-on="" onClick={() => onChange(rest)}>
          {t("here")}
          <IconX size={14} stroke={1.75} aria-hidden />
        </UnstyledButton>
      )}
      <DirectionChip refinement={refinement} onChange={onChange} />
      <PeriodChip refinement={refinement} onChange={onChange} />
      {conversationId === undefined && children}
    </div>
  );
}

function DirectionChip({ refinement, onChange }: Omit<Props, "children">) {
  const { t } = useTranslation("search");
  const { direction, ...rest } = refinement;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes.chip} data-on={direction !== undefined || undefined}>
          {direction === undefined ? t("direction.label") : t(`direction.${direction}`)}
          <IconChevronDown size={14} stroke={1.75} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Choice name={t("direction.any")} chosen={direction === undefined} choose={() => onChange(rest)} />
        {DIRECTIONS.map((one) => (
          <Choice
            key={one}
            name={t(`direction.${one}`)}
            chosen={one === direction}
            choose={() => onChange({ ...rest, direction: one })}
          />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Choice({ name, chosen, choose }: { name: string; chosen: boolean; choose: () => void }) {
  return (
    <Menu.RadioItem
      value={name}
      checked={chosen}
      checkIcon={<IconCheck size={16} stroke={1.75} aria-hidden />}
      closeMenuOnClick
      onChange={choose}
    >
      {name}
    </Menu.RadioItem>
  );
}

const PERIODS = [1, 7, 30, 365] as const;

/** Today, the last days, or from one day to another: days of the company's zone. */
function PeriodChip({ refinement, onChange }: Omit<Props, "children">) {
  const { t } = useTranslation("search");
  const { zone, language } = useTimeStyle();
  const [opened, setOpened] = useState(false);
  const { from, to, ...rest } = refinement;
  const today = dayOf(useNow("minute"), zone);
  const preset = PERIODS.find((days) => {
    const last = lastDays(days, today);
    return last.from === from && last.to === to;
  });
  const shown = (day: string) =>
    new Intl.DateTimeFormat(language, { timeZone: "UTC", day: "2-digit", month: "2-digit", year: "numeric" }).format(
      Date.parse(day),
    );
  const isSet = from !== undefined || to !== undefined;
  const name = preset
    ? t(`period.last.${preset}`)
    : isSet
      ? `${from ? shown(from) : "…"} – ${to ? shown(to) : "…"}`
      : t("period.label");
  const choose = (next: Pick<Refinement, "from" | "to">) => {
    onChange({ ...rest, ...next });
    setOpened(false);
  };
  const change = (which: "from" | "to", day: string) =>
    onChange({ ...rest, ...(from && { from }), ...(to && { to }), ...(day && { [which]: day }) });
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.chip}
          data-on={isSet || undefined}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {name}
          <IconChevronDown size={14} stroke={1.75} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("period.label")}>
        <div className={classes.days}>
          {PERIODS.map((days) => (
            <Button
              key={days}
              size="xs"
              variant={days === preset ? "light" : "default"}
              onClick={() => choose(lastDays(days, today))}
            >
              {t(`period.last.${days}`)}
            </Button>
          ))}
          <DateField
            size="xs"
            label={t("period.from")}
            max={to ?? today}
            value={from ?? ""}
            onChange={(day) => change("from", day)}
          />
          <DateField
            size="xs"
            label={t("period.to")}
            min={from}
            value={to ?? ""}
            onChange={(day) => change("to", day)}
          />
          {isSet && (
            <Button size="xs" variant="subtle" onClick={() => choose({})}>
              {t("period.any")}
            </Button>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
