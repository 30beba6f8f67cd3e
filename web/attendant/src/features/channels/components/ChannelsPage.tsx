import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { TryAsCustomer } from "@/features/sandbox";
import { useMay } from "@/shared/session/SessionProvider";
import { phoneText } from "@/shared/text/phone";
import { RelativeTime } from "@/shared/time/times";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { usePageTitle } from "@/shared/ui/pageTitle";

import { useChannels, useKinds, type Channel } from "../api/channels";
import { namesOf, numberOf } from "../model/health";
import classes from "./channels.module.css";
import { StatusWord } from "./parts";

/** All accounts of the company's channels, and how each is doing. */
export function ChannelsPage() {
  const { t } = useTranslation("channels");
  const mayManage = useMay("channels:manage");
  const { data, error, isPending, isFetching, refetch } = useChannels();
  usePageTitle(t("title"));
  const connect = mayManage && (
    <Button component={Link} to="/channels/new" leftSection={<IconPlus size={18} aria-hidden />}>
      {t("connect")}
    </Button>
  );
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h1 className={classes.title}>{t("title")}</h1>
          <p className={classes.text}>{t("text")}</p>
        </div>
        {data !== undefined && data.items.length > 0 && connect}
      </header>
      {isPending && <PageSkeleton />}
      {data === undefined && error && <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} />}
      {data?.items.length === 0 && (
        <EmptyState
          drawing="channel"
          title={t("empty.title")}
          text={mayManage ? t("empty.text") : t("empty.text_reader")}
          action={
            <>
              {connect}
              <TryAsCustomer />
            </>
          }
        />
      )}
      {data !== undefined && data.items.length > 0 && (
        <ul className={classes.list}>
          {data.items.map((channel) => (
            <li key={channel.id}>
              <Row channel={channel} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Row({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const number = numberOf(channel);
  const kind = useKinds().data?.find((one) => one.kind === channel.kind)?.name ?? channel.kind;
  return (
    <Link to={`/channels/${channel.id}`} className={classes.row}>
      <ChannelMark kind={channel.kind} size={24} />
      <span className={classes.rowName}>
        <strong>{channel.name}</strong>
        <span>
          {kind}
          {[...(number === null ? [] : [phoneText(number)]), ...namesOf(channel).slice(-1)].map((fact) => ` · ${fact}`)}
        </span>
      </span>
      <span className={classes.rowState}>
        <StatusWord channel={channel} />
        <span>
          {channel.last_webhook_at ? (
            <>
              {t("last_webhook")} <RelativeTime at={channel.last_webhook_at} />
            </>
          ) : (
            t("no_webhook")
          )}
        </span>
      </span>
    </Link>
  );
}
