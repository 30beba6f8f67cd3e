import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useCapabilities } from "@/shared/conversations/queries";
import { Countdown, RelativeTime, useTimeLeft } from "@/shared/time/times";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { CopyIcon } from "@/shared/ui/CopyIcon";

import classes from "./customer.module.css";
import { ConversationType } from "./ConversationType";
import { Section } from "./Section";

/** Through which channel and account this conversation runs, until when one may write freely, and its dates. */
export function ChannelFacts({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation("customer");
  const { channel, number, opened_at, closed_at } = conversation;
  const capabilities = useCapabilities(channel.kind);
  return (
    <Section title={t("conversation.title")}>
      <dl className={classes.pairs}>
        <dt>{t("conversation.channel")}</dt>
        <dd className={classes.channel}>
          <ChannelMark kind={channel.kind} size={16} />
          <span>
            {capabilities !== undefined && `${capabilities.name} · `}
            {channel.name}
          </span>
        </dd>
        <ConversationType conversation={conversation} />
        <dt>{t("conversation.number")}</dt>
        <dd className={classes.withCopy}>
          <span className="numbers">#{number}</span>
          <CopyIcon value={String(number)} label={t("conversation.copy_number")} />
        </dd>
        <dt>{t("conversation.opened")}</dt>
        <dd>
          <RelativeTime at={opened_at} />
        </dd>
        {closed_at && (
          <>
            <dt>{t("conversation.closed")}</dt>
            <dd>
              <RelativeTime at={closed_at} />
            </dd>
          </>
        )}
        <Window conversation={conversation} limited={Boolean(capabilities?.reply_window_seconds)} />
      </dl>
    </Section>
  );
}

function Window({ conversation, limited }: { conversation: Conversation; limited: boolean }) {
  const { t } = useTranslation("customer");
  const end = conversation.reply_window_expires_at;
  const left = useTimeLeft(end);
  if (!limited && !end) return null;
  const open = left !== null && left > 0;
  return (
    <>
      <dt>{t("conversation.window")}</dt>
      <dd data-closed={!open || undefined} className={classes.window}>
        {open && end ? (
          <>
            {t("conversation.window_left")} <Countdown at={end} />
          </>
        ) : (
          t("conversation.window_over")
        )}
      </dd>
    </>
  );
}
