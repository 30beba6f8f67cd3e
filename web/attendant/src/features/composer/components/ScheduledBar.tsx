import { Button } from "@mantine/core";
import { IconAlertTriangle, IconClockHour4, IconPencil, IconX } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation, ScheduledMessage } from "@/shared/api/types";
import { useScheduleActions, useScheduled } from "@/shared/scheduled/scheduled";
import { useMe } from "@/shared/session/SessionProvider";
import { displayName } from "@/shared/text/neutral";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { IconButton } from "@/shared/ui/IconButton";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useScheduledReason } from "../hooks/useScheduledReason";
import { ScheduleDialog } from "./dialogs";
import classes from "./scheduled.module.css";

const SHOWN = 2;

/** What is to be said later in this conversation, and what could not be said, above the field. */
export function ScheduledBar({ conversation, windowed }: { conversation: Conversation; windowed: boolean }) {
  const { t } = useTranslation("composer");
  const { data } = useScheduled(conversation.id, true);
  const [all, setAll] = useState(false);
  const [edited, setEdited] = useState<ScheduledMessage | null>(null);
  const { change } = useScheduleActions();
  if (data === undefined || data.length === 0) return null;
  const shown = all ? data : data.slice(0, SHOWN);
  return (
    <div className={classes.bar} role="region" aria-label={t("schedule.list")}>
      <ul className={classes.list}>
        {shown.map((one) => (
          <Row key={one.id} one={one} edit={() => setEdited(one)} />
        ))}
      </ul>
      {data.length > SHOWN && (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(!all)}>
          {all ? t("schedule.fewer") : t("schedule.more", { count: data.length - SHOWN })}
        </Button>
      )}
      {edited !== null && (
        <Suspense fallback={null}>
          <ScheduleDialog
            one={edited}
            until={
              windowed && edited.direction === "outbound" && !edited.template
                ? (conversation.reply_window_expires_at ?? null)
                : null
            }
            save={async (when, text) => {
              await change.mutateAsync({ one: edited, when, ...(text !== undefined && { text }) });
            }}
            onClose={() => setEdited(null)}
          />
        </Suspense>
      )}
    </div>
  );
}

function Row({ one, edit }: { one: ScheduledMessage; edit: () => void }) {
  const { t } = useTranslation("composer");
  const me = useMe();
  const style = useTimeStyle();
  const problemText = useProblemText();
  const reasonOf = useScheduledReason();
  const { cancel, add } = useScheduleActions();
  const mine = one.author.id === me.id;
  const failed = one.state === "failed";
  const at = exactTime(one.scheduled_for, style);
  const notDone = (error: unknown) => {
    const { text, code } = problemText(error);
    notifyFailed(t("schedule.failed"), text, code);
  };
  const again = () =>
    add.mutate(
      {
        id: one.conversation_id,
        body: {
          direction: one.direction === "note" ? "note" : "outbound",
          text: one.text ?? null,
          attachment_ids: one.attachments.map(({ id }) => id),
          reply_to: one.reply_to ?? null,
        },
        when: { at: one.scheduled_for, cancelOnReply: one.cancel_on_reply },
      },
      { onError: notDone },
    );
  const remove = () =>
    cancel.mutate(one.id, {
      onError: notDone,
      // A template cannot be made again from what is shown of it; another person's is theirs.
      onSuccess: () => mine && !failed && !one.template && undoable({ message: t("schedule.cancelled"), undo: again }),
    });
  return (
    <li className={classes.row} data-state={one.state}>
      {failed ? <IconAlertTriangle size={16} aria-hidden="true" /> : <IconClockHour4 size={16} aria-hidden="true" />}
      <div className={classes.words}>
        <span className={classes.when}>
          {failed ? t("schedule.not_sent", { at }) : at}
          {!mine && ` · ${displayName(one.author.name)}`}
          {one.direction === "note" && ` · ${t("mode.note")}`}
          {one.cancel_on_reply && !failed && ` · ${t("schedule.if_silent")}`}
        </span>
        <span className={classes.text}>
          {one.text ?? one.template?.name ?? one.attachments.map(({ name }) => name).join(", ")}
        </span>
        {failed && <span className={classes.reason}>{reasonOf(one.reason)}</span>}
      </div>
      {mine && (
        <IconButton label={t(failed ? "schedule.again" : "schedule.change")} size={28} onClick={edit}>
          <IconPencil size={16} />
        </IconButton>
      )}
      <IconButton label={t(failed ? "schedule.forget" : "schedule.cancel")} size={28} onClick={remove}>
        <IconX size={16} />
      </IconButton>
    </li>
  );
}
