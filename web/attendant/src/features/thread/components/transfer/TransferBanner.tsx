import { Button } from "@mantine/core";
import { IconArrowsLeftRight } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { Conversation, Transfer } from "@/shared/api/types";
import { focusComposer } from "@/shared/conversations/composerFocus";
import { useTransfers } from "@/shared/conversations/transfers";
import { threadQuery } from "@/shared/conversations/useThread";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { Countdown } from "@/shared/time/times";

import { useQuoted } from "../../api/quoted";
import { useNotTakenBack } from "../../hooks/useNotTakenBack";
import { partIn } from "../../model/transfer";
import classes from "./transfer.module.css";

/** That the conversation was handed over and nobody has accepted it yet: to whom, with which note, and what one can do. */
export function TransferBanner({ conversation }: { conversation: Conversation }) {
  const transfer = conversation.transfer ?? null;
  if (transfer === null || conversation.status === "closed") return null;
  return <Pending conversation={conversation} transfer={transfer} />;
}

function Pending({ conversation: { id }, transfer }: { conversation: Conversation; transfer: Transfer }) {
  const { t } = useTranslation("transfer");
  const me = useMe().id;
  const mayWrite = useMay("conversations:write");
  const mayAssign = useMay("conversations:assign");
  const { accept, takeBack } = useTransfers();
  const onError = useNotTakenBack();
  const part = partIn(transfer, me);
  const note = useNote(id, transfer.note_id ?? null);
  const someone = t("someone");
  const names = {
    by: neutralName(transfer.by?.name ?? "") || someone,
    to: neutralName(transfer.to_attendant?.name ?? transfer.to_team?.name ?? "") || someone,
  };
  const take = () => {
    accept.mutate({ id }, { onError });
    focusComposer(id);
  };
  const receives = part === "receiver" && mayWrite;
  useShortcut({ keys: "shift+a", label: t("accept"), scope: "conversation", run: take, enabled: receives });
  return (
    <div className={classes.banner} role="status" data-part={part}>
      <IconArrowsLeftRight size={18} stroke={1.75} aria-hidden />
      <div className={classes.said}>
        <span>
          <bdi>{t(`pending.${part}`, names)}</bdi>{" "}
          {transfer.accept_until && (
            <span className={classes.until}>
              {t("returns_in")} <Countdown at={transfer.accept_until} />
            </span>
          )}
        </span>
        {note && (
          <bdi className={classes.note} title={note}>
            {t("quoted", { note })}
          </bdi>
        )}
      </div>
      {receives && (
        <Button size="compact-sm" onClick={take} loading={accept.isPending} aria-keyshortcuts="Shift+A">
          {t("accept")}
        </Button>
      )}
      {part === "giver" && mayAssign && (
        <Button
          size="compact-sm"
          variant="default"
          loading={takeBack.isPending}
          onClick={() => takeBack.mutate({ id }, { onError })}
        >
          {t("undo")}
        </Button>
      )}
    </div>
  );
}

/** What the note says: most likely it is among the messages that are shown. */
function useNote(conversationId: string, noteId: string | null): string | null {
  const { data } = useQuery({ ...threadQuery(useQueryClient(), conversationId), enabled: false });
  const shown = data?.messages.find(({ id }) => id === noteId);
  const elsewhere = useQuoted(conversationId, data === undefined || shown ? null : noteId);
  return (shown ?? elsewhere)?.text ?? null;
}
