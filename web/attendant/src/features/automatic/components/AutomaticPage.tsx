import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SettingsPageLayout } from "@/features/settings";
import { useMay } from "@/shared/session/SessionProvider";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useAutomaticReplies, useOrderReplies, type AutomaticReply, type ReplyValues } from "../api/automatic";
import { MAX_REPLIES, movedBy, newReply, valuesOf } from "../model/values";
import classes from "./automatic.module.css";
import { LargeFilesSection } from "./LargeFilesSection";
import { ProtocolSection } from "./ProtocolSection";
import { ReplyDialog } from "./ReplyDialog";
import { ReplyRow } from "./ReplyRow";

interface Edited {
  reply: AutomaticReply | null;
  values: ReplyValues;
}

/** What the product says by itself: the company's rules in their order, the protocol number, and files that are too large. */
export function AutomaticPage() {
  const { t } = useTranslation("automatic");
  const mayManage = useMay("settings:manage");
  const { data, error, isPending, isFetching, refetch } = useAutomaticReplies();
  const [edited, setEdited] = useState<Edited | null>(null);
  const order = useOrderReplies();
  const problemText = useProblemText();
  const move = (at: number, by: -1 | 1) =>
    data !== undefined &&
    order.mutate(movedBy(data, at, by), {
      onError: (refusal) => notifyFailed(t("failed"), problemText(refusal).text, problemText(refusal).code),
    });
  const full = data !== undefined && data.length >= MAX_REPLIES;
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {isPending && <PageSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data?.length === 0 && <Beginning mayManage={mayManage} begin={(values) => setEdited({ reply: null, values })} />}
      {data !== undefined && data.length > 0 && (
        <section aria-labelledby="automatic-rules">
          <header className={classes.head}>
            <h2 id="automatic-rules">{t("rules")}</h2>
            {mayManage && (
              <Button
                size="sm"
                leftSection={<IconPlus size={18} stroke={1.75} aria-hidden />}
                disabled={full}
                onClick={() => setEdited({ reply: null, values: newReply("new_conversation") })}
              >
                {t("add")}
              </Button>
            )}
          </header>
          <p className={classes.hint}>{full ? t("limit", { count: MAX_REPLIES }) : t("rules_help")}</p>
          <ol className={classes.list}>
            {data.map((reply, at) => (
              <ReplyRow
                key={reply.id}
                reply={reply}
                mayManage={mayManage}
                edit={() => setEdited({ reply, values: valuesOf(reply) })}
                up={at > 0 ? () => move(at, -1) : undefined}
                down={at < data.length - 1 ? () => move(at, 1) : undefined}
              />
            ))}
          </ol>
        </section>
      )}
      <ProtocolSection />
      <LargeFilesSection />
      {edited !== null && (
        <ReplyDialog
          {...edited}
          reply={data?.find(({ id }) => id === edited.reply?.id) ?? edited.reply}
          close={() => setEdited(null)}
        />
      )}
    </SettingsPageLayout>
  );
}

interface BeginningProps {
  mayManage: boolean;
  begin: (values: ReplyValues) => void;
}

/** Four rules that most companies begin with, each one click from its editor. */
function Beginning({ mayManage, begin }: BeginningProps) {
  const { t } = useTranslation("automatic");
  const first_name = `{{contact.first_name|"${t("customer")}"}}`;
  const ideas = [
    newReply("new_conversation", t("ideas.welcome"), t("ideas.welcome_text", { first_name })),
    {
      ...newReply("new_conversation", t("ideas.away"), t("ideas.away_text", { first_name })),
      when: "outside" as const,
    },
    newReply("queued", t("ideas.queue"), t("ideas.queue_text")),
    newReply("closed", t("ideas.closing"), t("ideas.closing_text", { number: "{{conversation.number}}" })),
  ];
  return (
    <EmptyState
      title={t("empty.title")}
      text={t("empty.text")}
      drawing="thread"
      compact
      action={
        mayManage &&
        ideas.map((idea) => (
          <Button key={idea.name} variant="default" onClick={() => begin(idea)}>
            {idea.name}
          </Button>
        ))
      }
    />
  );
}
