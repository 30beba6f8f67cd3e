import { Button, Group, Modal, Textarea } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import type { ChannelKind, Conversation } from "@/shared/api/types";
import { useCapabilities } from "@/shared/conversations/queries";
import { useTransfers, type Receiver } from "@/shared/conversations/transfers";
import { isComposing } from "@/shared/keyboard/composing";
import { useAvailabilityOf } from "@/shared/routing/availability";
import { useAvailabilityWords } from "@/shared/routing/useAvailabilityWords";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { notifyDone, undoable } from "@/shared/ui/notify";
import { CopyCode } from "@/shared/ui/CopyCode";
import { useProblemText } from "@/shared/ui/problemText";

import { useNotTakenBack } from "../../hooks/useNotTakenBack";
import { fullOf } from "../../model/receivers";
import classes from "./transfer.module.css";

interface Props {
  conversation: Conversation;
  to: Receiver;
  close: () => void;
  back: () => void;
}

/** What was begun stays until it was handed over. */
const begun = new Map<string, string>();

/** Refusals of which there are words. */
const REFUSED = [
  "attendant_unavailable",
  "attendant_full",
  "unknown_attendant",
  "no_change",
  "unknown_team",
  "conversation_closed",
] as const;

const LONGEST = 2000;

/** A note for who goes on with the conversation: only the company reads it. */
export function NoteDialog({ conversation, to, close, back }: Props) {
  const { t } = useTranslation(["transfer", "app"]);
  const { id, number } = conversation;
  const me = useMe();
  const mayInsist = useMay("presence:manage");
  const { transfer, takeBack } = useTransfers();
  const [note, setNote] = useState(() => begun.get(id) ?? "");
  const name = neutralName("team" in to ? to.team.name : to.attendant.name);
  const notTakenBack = useNotTakenBack();
  const error = transfer.error;
  const insists = mayInsist && error instanceof ApiProblem && /^attendant_(unavailable|full)$/.test(error.code);

  const write = (text: string) => {
    setNote(text);
    begun.set(id, text);
  };
  const done = () => {
    begun.delete(id);
    close();
    const message = t("done", { number, name });
    // Who sees own conversations only cannot take back what is no longer theirs.
    if (me.visibility === "own") notifyDone(message);
    else undoable({ message, undo: () => takeBack.mutate({ id }, { onError: notTakenBack }) });
  };
  const hand = (anyway = false) => {
    if (!transfer.isPending) transfer.mutate({ id, to, note: note.trim(), anyway }, { onSuccess: done });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    hand();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t("title", { name })}
      size={420}
      padding="md"
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      {"attendant" in to && <Unavailable id={to.attendant.id} name={name} channel={conversation.channel.kind} />}
      <Textarea
        data-autofocus
        label={t("note")}
        description={t("note_hint")}
        placeholder={t("note_placeholder")}
        autosize
        minRows={3}
        maxRows={8}
        maxLength={LONGEST}
        value={note}
        onChange={({ currentTarget }) => write(currentTarget.value)}
        onKeyDown={onKeyDown}
        error={error && <Refused error={error} name={name} />}
      />
      <Group justify="space-between" mt="md">
        <Button variant="subtle" color="gray" onClick={back}>
          {t("other")}
        </Button>
        <Group gap="xs">
          {insists && (
            <Button variant="default" onClick={() => hand(true)} loading={transfer.isPending}>
              {t("anyway")}
            </Button>
          )}
          <Button onClick={() => hand()} loading={transfer.isPending} aria-keyshortcuts="Enter">
            {t("submit")}
          </Button>
        </Group>
      </Group>
    </Modal>
  );
}

/** That they would not see it now, before one has written to them. */
function Unavailable({ id, name, channel }: { id: string; name: string; channel: ChannelKind }) {
  const { t } = useTranslation("transfer");
  const one = useAvailabilityOf(id);
  const { short } = useAvailabilityWords();
  const channelName = useCapabilities(channel)?.name;
  // Who is busy is given none by itself, and takes what people give.
  const here = one?.state === "online" || one?.state === "busy";
  const full = one && fullOf(one, channel);
  if (one === undefined || (here && full === null)) return null;
  const words =
    full === "channel" && channelName ? t("is_full_channel", { name, channel: channelName }) : t("is_full", { name });
  return (
    <p className={classes.unavailable}>
      <IconAlertTriangle size={16} aria-hidden />
      <span>{here ? words : t("is_away", { name, state: short(one) })}</span>
    </p>
  );
}

function Refused({ error, name }: { error: Error; name: string }) {
  const { t } = useTranslation("transfer");
  const problemText = useProblemText();
  const { text, code } = problemText(error);
  const known = REFUSED.find((one) => error instanceof ApiProblem && error.code === one);
  return (
    <span role="alert">
      {known === undefined ? text : t(`refused.${known}`, { name })} {code && <CopyCode code={code} />}
    </span>
  );
}
