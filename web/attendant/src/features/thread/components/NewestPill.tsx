import { UnstyledButton } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import type { Thread } from "@/shared/conversations/thread";
import { useMe } from "@/shared/session/SessionProvider";

import type { ScrollKeeper } from "../hooks/scrollKeeper";
import { newBelow } from "../model/place";
import classes from "./thread.module.css";

interface Props {
  keeper: ScrollKeeper;
  thread: Thread;
  conversation: Conversation;
  toNewest: () => void;
}

/** Down to the newest message, with how many came while older ones were read. */
export function NewestPill({ keeper, thread, conversation, toNewest }: Props) {
  const { t } = useTranslation("thread");
  const me = useMe();
  const { atEnd, seen } = useSyncExternalStore(keeper.subscribe, keeper.get);
  if (atEnd && !thread.hasNewer) return null;
  const count = thread.hasNewer ? conversation.unread_count : newBelow(thread.messages, seen, me.id);
  return (
    <UnstyledButton className={classes.pill} data-new={count > 0 || undefined} onClick={toNewest} title={t("newest")}>
      {count > 0 && <span>{t("new_count", { count })}</span>}
      <IconArrowDown size={18} aria-hidden={count > 0} aria-label={t("newest")} />
    </UnstyledButton>
  );
}
