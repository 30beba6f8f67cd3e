/** Until when a conversation is put aside: the items of a menu, and the dialog for a time of one's own. */
import { Button, Group, Menu, Modal, Text, TextInput } from "@mantine/core";
import {
  IconCalendarTime,
  IconCalendarWeek,
  IconClockHour4,
  IconMessage,
  IconSunrise,
  type Icon,
} from "@tabler/icons-react";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { asMoment, momentIn, snoozeTimes, type SnoozeChoice } from "@/shared/conversations/snoozeTimes";
import { serverClock } from "@/shared/time/clock";
import { dayOf, snoozeTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

import classes from "./SnoozeMenu.module.css";

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

export function SnoozeDialog({ opened, close, onChoose }: DialogProps) {
  const { t } = useTranslation(["desk", "app"]);
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("snooze.own_title")}
      size={360}
      padding="md"
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      {opened && <OwnTime close={close} onChoose={onChoose} />}
    </Modal>
  );
}

function OwnTime({ close, onChoose }: Omit<DialogProps, "opened">) {
  const { t } = useTranslation("desk");
  const { zone } = useTimeStyle();
  const [now] = useState(() => serverClock.now());
  const [day, setDay] = useState(() => dayOf(now + 86_400_000, zone));
  const [time, setTime] = useState("09:00");
  const [past, setPast] = useState(false);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const moment = momentIn(day, time, zone);
    if (Number.isNaN(moment) || moment <= serverClock.now()) {
      setPast(true);
      return;
    }
    onChoose(asMoment(moment));
    close();
  };
  return (
    <form onSubmit={submit}>
      <Group grow align="start" gap="sm">
        <TextInput
          type="date"
          data-autofocus
          label={t("snooze.date")}
          value={day}
          min={dayOf(now, zone)}
          onChange={({ currentTarget }) => setDay(currentTarget.value)}
          required
        />
        <TextInput
          type="time"
          label={t("snooze.time")}
          value={time}
          onChange={({ currentTarget }) => setTime(currentTarget.value)}
          required
        />
      </Group>
      {past && (
        <Text c="var(--danger)" size="sm" mt="xs" role="alert">
          {t("snooze.past")}
        </Text>
      )}
      <Group justify="space-between" mt="md">
        <Text size="xs" c="var(--text-3)">
          {t("snooze.zone", { zone: zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone })}
        </Text>
        <Button type="submit">{t("snooze.label")}</Button>
      </Group>
    </form>
  );
}
