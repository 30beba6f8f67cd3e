import type { TimelineEntry } from "@/shared/api/types";
import { ClockTime } from "@/shared/time/times";

import { useEventWords } from "../../hooks/useEventWords";
import classes from "./message.module.css";

/** What somebody did with the conversation, as a line of the thread. */
export function EventLine({ event }: { event: TimelineEntry }) {
  const words = useEventWords();
  return (
    <div className={classes.system} data-event={event.type}>
      <span>{words(event)}</span> · <ClockTime at={event.occurred_at} />
    </div>
  );
}
