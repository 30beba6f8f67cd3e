import { Button, Drawer } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { dayOf } from "@/shared/time/format";
import { ClockTime, DayName, useTimeStyle } from "@/shared/time/times";
import { ErrorState } from "@/shared/ui/ErrorState";
import { RowSkeletons } from "@/shared/ui/Skeletons";

import { useTimeline } from "../../api/timeline";
import { useEventWords } from "../../hooks/useEventWords";
import classes from "./timeline.module.css";

interface Props {
  opened: boolean;
  conversation: Conversation;
  close: () => void;
}

/** Everything that happened to a conversation, with who did it and when. */
export function TimelineDrawer({ opened, conversation, close }: Props) {
  const { t } = useTranslation(["desk", "app"]);
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="right"
      size={360}
      title={`${t("timeline.title")} #${conversation.number}`}
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      {opened && <Events conversationId={conversation.id} />}
    </Drawer>
  );
}

function Events({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation("desk");
  const { zone } = useTimeStyle();
  const words = useEventWords();
  const timeline = useTimeline(conversationId);
  if (timeline.status === "pending") return <RowSkeletons />;
  if (timeline.status === "error" && timeline.entries.length === 0) {
    return <ErrorState error={timeline.error} title={t("timeline.failed")} retry={() => void timeline.refetch()} />;
  }
  const dayAt = (index: number) => dayOf(timeline.entries[index]?.occurred_at ?? "", zone);
  return (
    <>
      <ol className={classes.events}>
        {timeline.entries.map((entry, index) => {
          const begins = index === 0 || dayAt(index) !== dayAt(index - 1);
          return (
            <li key={entry.id} data-event={entry.type}>
              {begins && <DayName at={entry.occurred_at} className={classes.day} />}
              <span className={classes.line}>
                <span className={classes.words}>{words(entry)}</span>
                <ClockTime at={entry.occurred_at} className={classes.time} />
              </span>
            </li>
          );
        })}
      </ol>
      {timeline.hasNextPage && (
        <Button
          variant="default"
          fullWidth
          mt="md"
          loading={timeline.isFetchingNextPage}
          onClick={() => void timeline.fetchNextPage()}
        >
          {t("timeline.more")}
        </Button>
      )}
    </>
  );
}
