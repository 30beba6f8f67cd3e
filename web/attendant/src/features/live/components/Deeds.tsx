import { IconEye, IconUserDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Conversation } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import { watchPath } from "@/shared/conversations/watching";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { IconButton } from "@/shared/ui/IconButton";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import classes from "./live.module.css";

/** Looking on at a conversation, and taking it over: at once, with a way back. */
export function Deeds({ conversation, name }: { conversation: Conversation; name: string }) {
  const { t } = useTranslation("live");
  const me = useMe().id;
  const mayAssign = useMay("conversations:assign");
  const navigate = useNavigate();
  const { take, assign, unassign } = useConversationActions();
  const problemText = useProblemText();
  const { id, assignee } = conversation;
  if (assignee?.id === me) return null;
  const onError = (error: unknown) => {
    const { text, code } = problemText(error);
    notifyFailed(t("take_failed", { name }), text, code);
  };
  const takeOver = () => {
    const back = assignee ? { id: assignee.id, name: assignee.name ?? null } : null;
    const undo = () =>
      back === null ? unassign.mutate({ id }, { onError }) : assign.mutate({ id, to: back }, { onError });
    take.mutate({ id }, { onError, onSuccess: () => undoable({ message: t("taken", { name }), undo }) });
  };
  return (
    <span className={classes.deeds}>
      {assignee && (
        <IconButton size={28} label={t("watch", { name })} onClick={() => void navigate(watchPath(id))}>
          <IconEye size={18} stroke={1.75} />
        </IconButton>
      )}
      {mayAssign && (
        <IconButton size={28} label={t("take", { name })} loading={take.isPending} onClick={takeOver}>
          <IconUserDown size={18} stroke={1.75} />
        </IconButton>
      )}
    </span>
  );
}
