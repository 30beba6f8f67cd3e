import { Button, Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { TryAsCustomer } from "@/features/sandbox";
import { useMay } from "@/shared/session/SessionProvider";
import { phoneText } from "@/shared/text/phone";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { usePageTitle } from "@/shared/ui/pageTitle";

import { useChannel, useKinds, type Channel, type ChannelKind } from "../api/channels";
import { numberOf } from "../model/health";
import { BackToChannels } from "./BackToChannels";
import { NoAccess } from "./NoAccess";
import classes from "./channels.module.css";
import { CheckButton } from "./CheckButton";
import { CredentialsSection } from "./CredentialsSection";
import { MarkIcon, useLocalized, ValuesToCopy } from "./parts";
import { Step } from "./Step";

const LOOK_EVERY_MS = 3000;

/** The second half of a connection: what is pasted at the provider, and the wait for its first sign. */
export function SetupPage() {
  const { t } = useTranslation("channels");
  const { accountId = "" } = useParams();
  const { data: channel, error, isFetching, refetch } = useChannel(accountId, LOOK_EVERY_MS);
  const kind = useKinds().data?.find((one) => one.kind === channel?.kind);
  const mayManage = useMay("channels:manage");
  usePageTitle(channel?.name ?? t("connect"));
  if (!mayManage) return <NoAccess />;
  if (channel === undefined && error) {
    return <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} />;
  }
  if (channel === undefined || kind === undefined) return <PageSkeleton />;
  return (
    <div className={classes.page}>
      <BackToChannels />
      <h1 className={classes.title}>
        <ChannelMark kind={channel.kind} size={24} />
        {t("setup.title", { name: channel.name })}
      </h1>
      <Steps channel={channel} kind={kind} />
    </div>
  );
}

function Steps({ channel, kind }: { channel: Channel; kind: ChannelKind }) {
  const { t } = useTranslation("channels");
  const words = useLocalized();
  const accepted = channel.status !== "needs_reconnection" && channel.proven;
  const arrived = Boolean(channel.last_webhook_at);
  const verified = arrived || Boolean(channel.webhook_verified_at);
  const number = numberOf(channel);
  return (
    <>
      <Step number={2} title={t("steps.form")} done={accepted}>
        <p className={classes.line}>
          <MarkIcon mark={accepted ? "good" : channel.status === "needs_reconnection" ? "bad" : "warning"} />
          {channel.status === "needs_reconnection"
            ? channel.status_reason?.texts
              ? words(channel.status_reason.texts)
              : t("health.refused")
            : t(channel.proven ? "health.accepted" : "health.unproven")}
        </p>
        {!accepted && (
          <>
            <CredentialsSection channel={channel} kind={kind} opened />
            <CheckButton channel={channel} />
          </>
        )}
      </Step>
      <Step number={3} title={t("steps.webhook")} done={verified}>
        <ValuesToCopy channel={channel} kind={kind} />
        <Waiting done={verified} waiting={t("setup.waiting_handshake")} ready={t("setup.verified")} />
      </Step>
      <Step number={4} title={t("steps.first")} done={arrived}>
        <p>{number === null ? t("setup.write") : t("setup.write_to", { number: phoneText(number) })}</p>
        <Waiting done={arrived} waiting={t("setup.waiting_message")} ready={t("setup.arrived")} />
        {accepted && verified && !arrived && (
          <>
            <p className={classes.text}>{t("setup.nothing_arrives")}</p>
            <CredentialsSection channel={channel} kind={kind} />
          </>
        )}
        <div className={classes.buttons}>
          {arrived ? (
            <Button component={Link} to="/inbox/queue">
              {t("setup.open_queue")}
            </Button>
          ) : (
            <TryAsCustomer />
          )}
          <Button component={Link} to={`/channels/${channel.id}`} variant="default">
            {t("setup.to_channel")}
          </Button>
        </div>
      </Step>
    </>
  );
}

function Waiting({ done, waiting, ready }: { done: boolean; waiting: string; ready: string }) {
  return (
    <p className={classes.line} role="status">
      {done ? <MarkIcon mark="good" /> : <Loader size={16} type="dots" aria-hidden />}
      {done ? ready : waiting}
    </p>
  );
}
