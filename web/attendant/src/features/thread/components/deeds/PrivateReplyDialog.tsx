import { Alert, Button, Group, Modal, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate, useParams } from "react-router";

import { ApiProblem } from "@/shared/api/problem";
import type { Conversation, Message } from "@/shared/api/types";
import { useDeeds } from "@/shared/conversations/deeds";
import { useCapabilities } from "@/shared/conversations/queries";
import { lengthOf } from "@/shared/text/lengths";
import { neutralName } from "@/shared/text/neutral";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { showStep } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { shortTextOf } from "../../model/words";

interface Props {
  message: Message;
  conversation: Conversation;
  close: () => void;
}

/** What was begun for a comment stays until it is sent, however the dialog is left. */
const begun = new Map<string, { text: string; key: string }>();

/** Answers a public comment in private: told to whom, where, until when, and that there is one try. */
export function PrivateReplyDialog({ message, conversation, close }: Props) {
  const { t } = useTranslation("thread");
  const { view = "all" } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const style = useTimeStyle();
  const { answerPrivately } = useDeeds();
  const problemText = useProblemText();
  const limit = useCapabilities(conversation.channel.kind)?.private_replies;
  const [{ text, key }, setAnswer] = useState(() => begun.get(message.id) ?? { text: "", key: crypto.randomUUID() });
  const name = neutralName(message.author.name ?? conversation.contact.name ?? "") || t("customer");
  const until = exactTime(Date.parse(message.occurred_at) + (limit?.within_seconds ?? 0) * 1000, style);
  const fits = !limit || lengthOf(text, limit.text.unit) <= limit.text.max_length;
  const sendable = text.trim() !== "" && fits && !answerPrivately.isPending;
  const type = (changed: string) => {
    // Another text is another answer.
    const next = { text: changed, key: answerPrivately.isError ? crypto.randomUUID() : key };
    begun.set(message.id, next);
    setAnswer(next);
  };
  const send = async () => {
    if (!sendable) return;
    const answered = await answerPrivately.mutateAsync({ id: message.id, text, key }).catch(() => null);
    if (answered === null) return;
    begun.delete(message.id);
    close();
    const there = answered.conversation_id;
    showStep({
      id: `private-reply-${message.id}`,
      message: t("done.private_reply"),
      label: t("deed.private_open"),
      step: () => void navigate({ pathname: `/inbox/${view}/${there}`, search }),
      done: true,
    });
  };
  const { error } = answerPrivately;
  const taken = error instanceof ApiProblem && error.code === "conversation_taken";
  const problem = error === null ? null : taken ? { text: t("deed.private_taken") } : problemText(error);
  return (
    <Modal
      opened
      onClose={close}
      title={t("deed.private_title", { name })}
      size={520}
      closeButtonProps={{ "aria-label": t("assign.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Text size="sm" c="var(--text-2)" dir="auto" lineClamp={3} mb="xs">
          {`“${shortTextOf(message, t)}”`}
        </Text>
        <Text size="sm" mb="sm">
          {t("deed.private_text", { channel: conversation.thread?.private_channel?.name ?? "", until })}
        </Text>
        <Textarea
          data-autofocus
          autosize
          minRows={3}
          maxRows={10}
          label={t("deed.private_field")}
          value={text}
          error={fits ? null : t("deed.too_long")}
          onChange={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
          }}
        />
        {problem !== null && (
          <Alert color="red" variant="light" mt="sm" title={t("failed.private_reply")} role="alert">
            {problem.text}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs" mt="md">
          <Button variant="default" onClick={close}>
            {t("deed.cancel")}
          </Button>
          <Button type="submit" loading={answerPrivately.isPending} disabled={!sendable}>
            {t("deed.private_send")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
