import { useTranslation } from "react-i18next";

import type { Conversation, Message } from "@/shared/api/types";
import { useDeeds } from "@/shared/conversations/deeds";
import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { PrivateReplyDialog } from "./PrivateReplyDialog";

export interface OpenDeed {
  deed: "delete" | "private_reply";
  message: Message;
}

interface Props extends OpenDeed {
  conversation: Conversation;
  close: () => void;
}

/** What is asked before something is done with a message that cannot be undone. */
export function DeedDialog({ deed, message, conversation, close }: Props) {
  if (deed === "private_reply") {
    return <PrivateReplyDialog message={message} conversation={conversation} close={close} />;
  }
  return <DeleteDialog message={message} close={close} />;
}

function DeleteDialog({ message, close }: { message: Message; close: () => void }) {
  const { t } = useTranslation("thread");
  const { remove } = useDeeds();
  const problemText = useProblemText();
  const comment = message.direction === "inbound";
  const run = async () => {
    try {
      await remove.mutateAsync({ id: message.id });
      notifyDone(t("done.deleted"));
      close();
    } catch (error) {
      const { text, code } = problemText(error);
      notifyFailed(t("failed.delete"), text, code);
    }
  };
  return (
    <ConfirmDialog
      opened
      title={t(comment ? "deed.delete_comment_title" : "deed.delete_title")}
      confirm={t("deed.delete")}
      busy={remove.isPending}
      onClose={close}
      onConfirm={() => void run()}
    >
      {t(comment ? "deed.delete_comment_text" : "deed.delete_text")}
    </ConfirmDialog>
  );
}
