/** Until when a conversation is put aside: the items of a menu, and the dialog for a time of one's own, when it is needed. */
import { Menu } from "@mantine/core";
import {
  IconCalendarTime,
  IconCalendarWeek,
  IconClockHour4,
  IconMessage,
  IconSunrise,
  type Icon,
} from "@tabler/icons-react";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";

import { asMoment, snoozeTimes, type SnoozeChoice } from "@/shared/conversations/snoozeTimes";
import { serverClock } from "@/shared/time/clock";
import { snoozeTime } from "@/shared/time/format";
import { KeysHeld } from "@/shared/keyboard/useShortcut";
import { useTimeStyle } from "@/shared/time/times";
import { PartBoundary } from "@/shared/ui/PartBoundary";
import { lazyPart } from "@/shared/ui/lazyPart";

import classes from "./SnoozeMenu.module.css";

const OwnTimeDialog = lazyPart(async () => (await import("@/shared/conversations/SnoozeDialog")).OwnTimeDialog);

const ICONS: Record<SnoozeChoice, Icon> = {
  later: IconClockHour4,
  tomorrow: IconSunrise,
  next_week: IconCalendarWeek,
};

interface ItemsProps {
  /** A moment as the API takes it; null: until the customer writes. */
  onChoose: (until: string | null) => void;
  onOwn: () => void;
}

export function SnoozeMenuItems({ onChoose, onOwn }: ItemsProps) {
  const { t } = useTranslation("desk");
  const style = useTimeStyle();
  return (
    <>
      <Menu.Label>{t("snooze.label")}</Menu.Label>
      {snoozeTimes(serverClock.now(), style.zone).map(({ choice, at }) => {
        const Glyph = ICONS[choice];
        return (
          <Menu.Item
            key={choice}
            leftSection={<Glyph size={18} stroke={1.75} aria-hidden />}
            rightSection={<span className={classes.when}>{snoozeTime(at, serverClock.now(), style)}</span>}
            onClick={() => onChoose(asMoment(at))}
          >
            {t(`snooze.${choice}`)}
          </Menu.Item>
        );
      })}
      <Menu.Item leftSection={<IconMessage size={18} stroke={1.75} aria-hidden />} onClick={() => onChoose(null)}>
        {t("snooze.until_reply")}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item leftSection={<IconCalendarTime size={18} stroke={1.75} aria-hidden />} onClick={onOwn}>
        {t("snooze.own")}
      </Menu.Item>
    </>
  );
}

interface DialogProps {
  opened: boolean;
  close: () => void;
  onChoose: (until: string) => void;
}

export function SnoozeDialog({ opened, ...rest }: DialogProps) {
  if (!opened) return null;
  return (
    <PartBoundary part="snooze">
      <Suspense fallback={<KeysHeld />}>
        <OwnTimeDialog {...rest} />
      </Suspense>
    </PartBoundary>
  );
}
