import { IconAlertTriangle, IconPencil, IconSend2, IconX } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ScheduledMessage } from "@/shared/api/types";
import { useCapabilities, useConversation } from "@/shared/conversations/queries";
import { exactTime } from "@/shared/time/format";
import { ClockTime, useTimeStyle } from "@/shared/time/times";
import { IconButton } from "@/shared/ui/IconButton";

import { useScheduledEdits } from "../../hooks/useScheduledEdits";
import { useScheduledReason } from "../../hooks/useScheduledReason";
import { ScheduleDialog } from "../dialogs";
import { CustomerLink, CustomerPicture } from "./CustomerLink";
import classes from "./unsent.module.css";

/** One message that waits to be said, or could not be: to be changed, said now, or taken out. */
export function ScheduledRow({ one }: { one: ScheduledMessage }) {
  const { t } = useTranslation(["unsent", "composer"]);
  const style = useTimeStyle();
  const reasonOf = useScheduledReason();
  const edits = useScheduledEdits(one);
  const until = useWindowEnd(one);
  const [changing, setChanging] = useState(false);
  const failed = one.state === "failed";
  const files = one.attachments.length;
  const facts = [
    one.direction === "note" && t("note"),
    one.template && t("template", { name: one.template.name }),
    files > 0 && t("files", { count: files }),
    one.cancel_on_reply && !failed && t("composer:schedule.if_silent"),
  ].filter((fact) => typeof fact === "string");
  return (
    <li className={classes.row}>
      <CustomerPicture conversationId={one.conversation_id} />
      <div className={classes.words}>
        <div className={classes.line}>
          <CustomerLink conversationId={one.conversation_id} />
          {failed ? (
            <span className={classes.time}>{exactTime(one.scheduled_for, style)}</span>
          ) : (
            <ClockTime at={one.scheduled_for} className={classes.time} />
          )}
        </div>
        {one.text && (
          <span className={classes.text} dir="auto">
            {one.text.slice(0, 500)}
          </span>
        )}
        {facts.length > 0 && <span className={classes.facts}>{facts.join(" · ")}</span>}
        {failed && (
          <span className={classes.reason}>
            <IconAlertTriangle size={16} aria-hidden /> {t("scheduled.not_sent", { reason: reasonOf(one.reason) })}
          </span>
        )}
      </div>
      <span className={classes.buttons}>
        <IconButton label={t("scheduled.now")} size={28} onClick={edits.sayNow}>
          <IconSend2 size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={t(failed ? "composer:schedule.again" : "composer:schedule.change")}
          size={28}
          onClick={() => setChanging(true)}
        >
          <IconPencil size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={t(failed ? "composer:schedule.forget" : "composer:schedule.cancel")}
          size={28}
          onClick={edits.remove}
        >
          <IconX size={16} aria-hidden />
        </IconButton>
      </span>
      {changing && (
        <Suspense fallback={null}>
          <ScheduleDialog one={one} until={until} save={edits.save} onClose={() => setChanging(false)} />
        </Suspense>
      )}
    </li>
  );
}

/** Until when the customer can be answered with what this is; null where nothing ends it, or it is not known. */
function useWindowEnd(one: ScheduledMessage): string | null {
  const { data } = useConversation(one.conversation_id);
  const windowed = (useCapabilities(data?.channel.kind)?.reply_window_seconds ?? null) !== null;
  const limited = windowed && one.direction === "outbound" && !one.template;
  return limited ? (data?.reply_window_expires_at ?? null) : null;
}
