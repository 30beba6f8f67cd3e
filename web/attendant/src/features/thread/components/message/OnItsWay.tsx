import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { OutgoingItem } from "@/shared/conversations/outgoing";
import { focusComposer } from "@/shared/conversations/composerFocus";
import { useSend } from "@/shared/conversations/useSend";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";
import { CopyCode } from "@/shared/ui/CopyCode";
import { undoable } from "@/shared/ui/notify";

import { refusalText } from "../../model/refusals";
import classes from "./message.module.css";

/** What becomes of a message that the server does not have yet, and what can be done about it. */
export function OnItsWay({ item }: { item: OutgoingItem }) {
  const { t } = useTranslation("thread");
  const { retry, takeBack, send } = useSend(item.conversationId);
  const { drafts } = useLiveSession();
  const { state, problem, clientId } = item;
  if (state === "sending") return null;

  /** Puts it back into the composer, below what was typed meanwhile. */
  const edit = async () => {
    const back = await takeBack(clientId);
    if (back === null) return;
    const mode = back.body.direction === "note" ? "note" : "reply";
    const draft = drafts.get(back.conversationId, mode);
    drafts.set(back.conversationId, mode, {
      text: [draft.text, back.body.text ?? ""].filter((part) => part !== "").join("\n"),
      replyTo: draft.replyTo ?? back.body.reply_to ?? null,
      files: [
        ...draft.files,
        ...back.attachments.map(({ id, name, mime_type, size }) => ({ id, name, mime_type, size })),
      ],
    });
    focusComposer(back.conversationId, mode);
  };
  const discard = async () => {
    const back = await takeBack(clientId);
    if (back === null) return;
    undoable({ message: t("outgoing.discarded"), undo: () => void send(back.body, back.attachments) });
  };
  const canEdit = !item.body.template && !item.body.interactive && !item.body.location && !item.body.contacts;

  return (
    <div className={classes.failure} data-state={state} role="status">
      <span>{state === "refused" ? refusalText(problem, t) : t(`outgoing.${state}`)}</span>
      <span className={classes.failureMore}>
        {state !== "waiting" && (
          <Button
            size="compact-xs"
            variant="light"
            color={state === "refused" ? "red" : "yellow"}
            onClick={() => void retry(clientId)}
          >
            {t("action.retry")}
          </Button>
        )}
        {state !== "unsure" && canEdit && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void edit()}>
            {t("outgoing.edit")}
          </Button>
        )}
        {state !== "unsure" && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void discard()}>
            {t("outgoing.discard")}
          </Button>
        )}
        {state === "refused" && problem && <CopyCode code={problem.code} />}
      </span>
    </div>
  );
}
