import { Menu } from "@mantine/core";
import { IconDotsVertical, IconPlus } from "@tabler/icons-react";
import { useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/shared/ui/IconButton";

import { DAYS, type Interval } from "../../api/types";
import { useWeek } from "../../hooks/useWeek";
import {
  blocksOf,
  clockOf,
  DAY,
  dayOf,
  intervalsOf,
  MAX_BLOCKS,
  segmentsOf,
  total,
  type Block,
} from "../../model/week";
import { ChosenBlock } from "./ChosenBlock";
import classes from "./week.module.css";

const HOURS = [0, 3, 6, 9, 12, 15, 18, 21, 24] as const;
const WORKDAYS = [0, 1, 2, 3, 4] as const;
const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6] as const;

interface Props {
  intervals: readonly Interval[];
  onChange: (intervals: Interval[]) => void;
  disabled: boolean;
}

/** The week, seven days side by side: intervals are drawn, moved and pulled longer; each has its keys too. */
export function WeekEditor({ intervals, onChange, disabled }: Props) {
  const { t } = useTranslation("hours");
  const hint = useId();
  const grid = useRef<HTMLDivElement>(null);
  const week = useWeek(blocksOf(intervals), (blocks) => onChange(intervalsOf(blocks)));
  const { chosen } = week;
  const key = (block: Block) => `${block.start}-${block.end}`;
  const isChosen = (block: Block) => chosen !== null && key(block) === key(chosen);
  const focused = useRef(false);
  // A block that was moved by a key is another element on its next day.
  useEffect(() => {
    if (focused.current) grid.current?.querySelector<HTMLElement>("[data-chosen] > button")?.focus();
    focused.current = false;
  }, [chosen]);
  const full = week.blocks.length >= MAX_BLOCKS;
  return (
    <div className={classes.week} data-disabled={disabled || undefined}>
      <div className={classes.days}>
        <span />
        {DAYS.map((day, at) => (
          <div key={day} className={classes.dayHead}>
            <span className={classes.dayName}>
              <abbr title={t(`days.${day}`)}>{t(`short.${day}`)}</abbr>
              <small>{amount(week.blocks.filter((block) => dayOf(block) === at))}</small>
            </span>
            {!disabled && (
              <Menu position="bottom-end" width={220} returnFocus>
                <Menu.Target>
                  <IconButton label={t("week.more", { day: t(`days.${day}`) })} size={22}>
                    <IconDotsVertical size={14} stroke={1.75} aria-hidden />
                  </IconButton>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item
                    leftSection={<IconPlus size={16} aria-hidden />}
                    disabled={full}
                    onClick={() => week.add(at)}
                  >
                    {t("week.add")}
                  </Menu.Item>
                  <Menu.Item onClick={() => week.copy(at, WORKDAYS)}>{t("week.copy_workdays")}</Menu.Item>
                  <Menu.Item onClick={() => week.copy(at, ALL_DAYS)}>{t("week.copy_all")}</Menu.Item>
                  {DAYS.map((other, to) =>
                    to === at ? null : (
                      <Menu.Item key={other} onClick={() => week.copy(at, [to])}>
                        {t("week.copy_to", { day: t(`days.${other}`) })}
                      </Menu.Item>
                    ),
                  )}
                  <Menu.Item onClick={() => week.clear(at)}>{t("week.clear")}</Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </div>
        ))}
      </div>
      <div
        ref={grid}
        role="group"
        aria-label={t("week.label")}
        aria-describedby={hint}
        className={classes.grid}
        {...(disabled || (full && chosen === null) ? {} : week.grid)}
      >
        <div className={classes.hours} aria-hidden>
          {HOURS.map((hour) => (
            <span key={hour} style={{ top: `${(hour / 24) * 100}%` }}>
              {String(hour).padStart(2, "0")}
            </span>
          ))}
        </div>
        {DAYS.map((day, at) => (
          <div key={day} data-day={at} className={classes.day}>
            {segmentsOf(week.blocks)
              .filter((segment) => segment.day === at)
              .map(({ at: which, from, to, isStart, isEnd }) => {
                const block = week.blocks[which];
                if (block === undefined) return null;
                const style = { top: `${(from / DAY) * 100}%`, height: `${((to - from) / DAY) * 100}%` };
                return (
                  <div
                    key={isStart ? which : `${which}-night`}
                    className={classes.block}
                    style={style}
                    data-block={which}
                    data-chosen={(isStart && isChosen(block)) || undefined}
                    data-lit={isChosen(block) || undefined}
                    data-start={isStart || undefined}
                    data-end={isEnd || undefined}
                  >
                    {isStart && (
                      <button
                        type="button"
                        disabled={disabled}
                        aria-label={t("week.block", {
                          day: t(`days.${day}`),
                          start: clockOf(block.start),
                          end: clockOf(block.end, true),
                        })}
                        aria-pressed={isChosen(block)}
                        onClick={() => week.choose(block)}
                        onFocus={() => week.choose(block)}
                        onKeyDown={(event) => {
                          focused.current = true;
                          week.onKey(event, block);
                        }}
                      >
                        <span>{clockOf(block.start)}</span>
                        <span>{clockOf(block.end, true)}</span>
                      </button>
                    )}
                    {!disabled && isStart && <i data-part="start" />}
                    {!disabled && isEnd && <i data-part="end" />}
                  </div>
                );
              })}
          </div>
        ))}
      </div>
      <p id={hint} className={classes.hint}>
        {disabled ? "" : t(full ? "week.full" : "week.hint", { count: MAX_BLOCKS })}
      </p>
      {chosen !== null && !disabled && (
        <ChosenBlock
          key={key(chosen)}
          block={chosen}
          others={week.blocks.filter((block) => !isChosen(block))}
          put={(as) => week.put(chosen, as)}
          remove={() => week.remove(chosen)}
        />
      )}
    </div>
  );

  function amount(blocks: readonly Block[]): string {
    const minutes = total(blocks);
    if (minutes === 0) return t("week.closed");
    const hours = Math.floor(minutes / 60);
    return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60}`;
  }
}
