import { Button, Group, Modal, Radio, Stack } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { languageFor } from "@/shared/i18n";
import { useTimeStyle } from "@/shared/time/times";
import { useProblemText } from "@/shared/ui/problemText";

import { getTranscript, makeTranscript, type NewTranscript } from "../api/transcripts";
import { PreparedProgress } from "./PreparedProgress";

interface Props {
  opened: boolean;
  conversation: Conversation;
  close: () => void;
}

const POLL_MS = 1000;

/** The conversation as a file: for the customer, or for the company with what is internal. */
export function TranscriptDialog({ opened, conversation, close }: Props) {
  const { t } = useTranslation("papers");
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("transcript.title", { number: conversation.number })}
      size={440}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {opened && <Choice conversation={conversation} />}
    </Modal>
  );
}

function Choice({ conversation }: { conversation: Conversation }) {
  const { t, i18n } = useTranslation("papers");
  const { zone } = useTimeStyle();
  const problemText = useProblemText();
  const [format, setFormat] = useState<NonNullable<NewTranscript["format"]>>("pdf");
  const [audience, setAudience] = useState<NonNullable<NewTranscript["audience"]>>("customer");
  const [key, setKey] = useState(() => crypto.randomUUID());
  const making = useMutation({
    mutationFn: () =>
      makeTranscript(
        conversation.id,
        { format, audience, language: languageFor([i18n.language]), time_zone: zone },
        key,
      ),
  });
  const id = making.data?.id;
  const waiting = making.data?.state === "pending" || making.data?.state === "running";
  const { data: latest } = useQuery({
    queryKey: ["papers", "transcript", id],
    queryFn: () => getTranscript(conversation.id, id ?? ""),
    enabled: id !== undefined && waiting,
    refetchInterval: ({ state }) => (state.data?.state === "ready" || state.data?.state === "failed" ? false : POLL_MS),
  });
  const file = latest ?? making.data;
  /** Another choice is another file. */
  const choose = (change: () => void) => {
    change();
    setKey(crypto.randomUUID());
    making.reset();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        making.mutate();
      }}
    >
      <Stack gap="md">
        <Radio.Group
          label={t("transcript.audience.label")}
          value={audience}
          onChange={(value) => choose(() => setAudience(value))}
        >
          <Stack gap="xs" mt="xs">
            {(["customer", "internal"] as const).map((one) => (
              <Radio
                key={one}
                value={one}
                label={t(`transcript.audience.${one}`)}
                description={t(`transcript.audience.${one}_words`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Radio.Group
          label={t("transcript.format.label")}
          value={format}
          onChange={(value) => choose(() => setFormat(value))}
        >
          <Group gap="lg" mt="xs">
            <Radio value="pdf" label={t("transcript.format.pdf")} />
            <Radio value="text" label={t("transcript.format.text")} />
          </Group>
        </Radio.Group>
        {file && <PreparedProgress file={file} />}
        {making.error && <div role="alert">{problemText(making.error).text}</div>}
        {(!file || file.state === "failed") && (
          <Group justify="flex-end">
            <Button type="submit" loading={making.isPending}>
              {t("transcript.make")}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
