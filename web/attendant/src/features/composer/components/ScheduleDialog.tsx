import { Button, Checkbox, Group, Modal, Textarea } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import type { ScheduledMessage } from "@/shared/api/types";
import type { Schedule } from "@/shared/scheduled/scheduled";
import { serverClock } from "@/shared/time/clock";
import { DateTimeField } from "@/shared/time/DateField";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { momentOf, writtenIn } from "@/shared/time/zoned";
import { useProblemText } from "@/shared/ui/problemText";

import { useRefusalText } from "../hooks/useRefusalText";
import { presets, problemOfTime } from "../model/schedule";
import classes from "./composer.module.css";

interface Props {
  /** The end of the reply window, for what it limits. */
  until: string | null;
  /** One that is changed; its text is shown as well. */
  one?: ScheduledMessage;
  /** Raises what was refused. */
  save: (when: Schedule, text?: string) => Promise<void>;
  onClose: () => void;
}

/** When something is to be said. */
export function ScheduleDialog({ until, one, save, onClose }: Props) {
  const { t } = useTranslation(["composer", "app"]);
  const style = useTimeStyle();
  const problemText = useProblemText();
  const refusalText = useRefusalText();
  const [now] = useState(() => serverClock.now());
  const [written, setWritten] = useState(() => (one ? writtenIn(Date.parse(one.scheduled_for), style.zone) : ""));
  const [text, setText] = useState(one?.text ?? "");
  const [cancelOnReply, setCancelOnReply] = useState(one?.cancel_on_reply ?? false);
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const end = until === null ? null : Date.parse(until);
  const at = momentOf(written, style.zone);
  const problem = problemOfTime(at, now, end);
  const hasText = typeof one?.text === "string";

  const submit = async (moment: number) => {
    setSaving(true);
    setFailed(null);
    try {
      const when = { at: new Date(moment).toISOString(), cancelOnReply };
      await save(when, hasText && text !== one.text ? text : undefined);
      onClose();
    } catch (error) {
      setFailed(error instanceof ApiProblem && error.status === 422 ? refusalText(error) : problemText(error).text);
      setSaving(false);
    }
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (problem === null && !saving) void submit(at);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(one ? "schedule.change" : "schedule.title")}
      centered
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      <form onSubmit={onSubmit} className={classes.dialogForm} noValidate>
        {hasText && (
          <Textarea
            label={t("schedule.text")}
            autosize
            minRows={2}
            maxRows={10}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        <Group gap="xs">
          {presets(now, style.zone).map((preset) => (
            <Button
              key={preset.name}
              variant="default"
              size="compact-md"
              disabled={problemOfTime(preset.at, now, end) !== null}
              title={exactTime(preset.at, style)}
              onClick={() => setWritten(writtenIn(preset.at, style.zone))}
            >
              {t(`schedule.preset.${preset.name}`)}
            </Button>
          ))}
        </Group>
        <DateTimeField
          label={t("schedule.at")}
          description={
            end === null ? t("schedule.zone", { zone: style.zone }) : t("schedule.until", { at: exactTime(end, style) })
          }
          value={written}
          min={writtenIn(now, style.zone)}
          onChange={setWritten}
          error={problem !== null && (tried || written !== "") ? t(`schedule.problem.${problem}`) : undefined}
          data-autofocus
        />
        <Checkbox
          label={t("schedule.cancel_on_reply")}
          checked={cancelOnReply}
          onChange={(event) => setCancelOnReply(event.currentTarget.checked)}
        />
        {failed !== null && (
          <p className={classes.problem} role="alert">
            {t("schedule.refused", { reason: failed })}
          </p>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("app:actions.cancel")}
          </Button>
          <Button type="submit" loading={saving}>
            {t(one ? "schedule.save" : "schedule.submit")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
