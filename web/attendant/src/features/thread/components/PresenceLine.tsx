import { IconEye, IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useTyping, useViewers } from "@/shared/realtime/RealtimeProvider";
import { neutralName } from "@/shared/text/neutral";

import classes from "./thread.module.css";

/** Which colleague looks at the conversation or types in it. It stands over the messages and moves nothing. */
export function PresenceLine({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation("thread");
  const viewers = useViewers(conversationId);
  const typists = useTyping(conversationId);
  const typing = typists[0];
  const shown = typing ?? viewers[0];
  if (shown === undefined) return null;
  const name = neutralName(shown.name ?? "") || t("author.attendant");
  const more = new Set([...typists, ...viewers].map((one) => one.id)).size - 1;
  const what = typing === undefined ? "viewing" : typing.note ? "typing_note" : "typing";
  return (
    <div className={classes.presence} data-typing={typing !== undefined || undefined} aria-live="off">
      {typing === undefined ? <IconEye size={14} aria-hidden /> : <IconPencil size={14} aria-hidden />}
      <span key={what}>{t(`presence.${what}`, { name })}</span>
      {more > 0 && <span>{t("presence.more", { count: more })}</span>}
    </div>
  );
}
