import { Button } from "@mantine/core";
import { IconAlertTriangle, IconClockHour4, IconPencil, IconX } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation, ScheduledMessage } from "@/shared/api/types";
import { useScheduleActions, useScheduled } from "@/shared/scheduled/scheduled";
import { displayName } from "@/shared/text/neutral";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { IconButton } from "@/shared/ui/IconButton";

import { useScheduledEdits } from "../hooks/useScheduledEdits";
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
  const style = useTimeStyle();
  const reasonOf = useScheduledReason();
  const { mine, remove } = useScheduledEdits(one);
  const failed = one.state === "failed";
  const at = exactTime(one.scheduled_for, style);
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
