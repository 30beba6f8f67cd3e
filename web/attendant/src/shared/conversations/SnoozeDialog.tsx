import { Button, Group, Modal, Text } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { asMoment, momentIn } from "@/shared/conversations/snoozeTimes";
import { serverClock } from "@/shared/time/clock";
import { DateField, TimeField } from "@/shared/time/DateField";
import { dayOf } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

interface Props {
  close: () => void;
  onChoose: (until: string) => void;
}

/** Until a day and time of one's own. */
export function OwnTimeDialog({ close, onChoose }: Props) {
  const { t } = useTranslation(["desk", "app"]);
  return (
    <Modal
      opened
      onClose={close}
      title={t("snooze.own_title")}
      size={360}
      padding="md"
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      <OwnTime close={close} onChoose={onChoose} />
    </Modal>
  );
}

function OwnTime({ close, onChoose }: Props) {
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
        <DateField
          data-autofocus
          label={t("snooze.date")}
          value={day}
          min={dayOf(now, zone)}
          onChange={setDay}
          required
        />
        <TimeField label={t("snooze.time")} value={time} onChange={setTime} required />
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
