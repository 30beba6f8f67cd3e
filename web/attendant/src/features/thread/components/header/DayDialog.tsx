import { Button, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { serverClock } from "@/shared/time/clock";
import { DateField } from "@/shared/time/DateField";
import { dayOf } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { useProblemText } from "@/shared/ui/problemText";

import { findFirstSince } from "../../api/findDay";
import { startOfDay } from "../../model/days";

interface Props {
  opened: boolean;
  conversation: Conversation;
  close: () => void;
  jumpTo: (messageId: string) => void;
}

/** Goes to the first message of a day, or to the next one after it. */
export function DayDialog({ opened, close, ...rest }: Props) {
  const { t } = useTranslation("thread");
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("action.day")}
      size={360}
      padding="md"
      closeButtonProps={{ "aria-label": t("assign.close") }}
    >
      {opened && <Choice close={close} {...rest} />}
    </Modal>
  );
}

function Choice({ conversation, close, jumpTo }: Omit<Props, "opened">) {
  const { t } = useTranslation("thread");
  const { zone } = useTimeStyle();
  const problemText = useProblemText();
  const today = dayOf(serverClock.now(), zone);
  const [day, setDay] = useState(today);
  const [finding, setFinding] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const find = async () => {
    setFinding(true);
    setProblem(null);
    try {
      const message = await findFirstSince(conversation.id, startOfDay(day, zone), conversation.sequence);
      if (message !== null) jumpTo(message.id);
      close();
    } catch (error) {
      setProblem(problemText(error).text);
      setFinding(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void find();
      }}
    >
      <DateField
        data-autofocus
        label={t("day.label")}
        value={day}
        min={dayOf(conversation.opened_at, zone)}
        max={today}
        error={problem}
        onChange={setDay}
        required
      />
      <Group justify="flex-end" mt="md">
        <Button type="submit" loading={finding}>
          {t("day.go")}
        </Button>
      </Group>
    </form>
  );
}
