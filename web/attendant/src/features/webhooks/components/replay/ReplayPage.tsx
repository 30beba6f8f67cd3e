import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { ItemGone, SettingsPageLayout } from "@/features/settings";
import { useTimeStyle } from "@/shared/time/times";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useWebhooks } from "../../api/endpoints";
import type { Endpoint } from "../../api/ledgerTypes";
import { useReplays } from "../../api/replays";
import { nameOf } from "../../model/deliveriesNames";
import { failingSinceOf, formOf } from "../../model/replay";
import { BackToWebhooks } from "../deliveries/BackToWebhooks";
import classes from "./replay.module.css";
import { ReplayCard } from "./ReplayCard";
import { ReplayForm } from "./ReplayForm";

/** Events of a period, sent to one webhook once more: what it would be, how far it is, and what was sent before. */
export function ReplayPage({ webhookId }: { webhookId: string }) {
  const { t } = useTranslation("deliveries");
  const { data, error, isFetching, refetch } = useWebhooks();
  const webhook = data?.find(({ id }) => id === webhookId);
  if (data !== undefined && webhook === undefined) {
    return (
      <ItemGone
        title={t("replay.title")}
        text={t("webhook_deleted")}
        list={{ to: "/settings/webhooks", name: t("webhooks") }}
      />
    );
  }
  return (
    <SettingsPageLayout
      title={webhook ? t("replay.title_of", { name: nameOf(webhook) }) : t("replay.title")}
      text={t("replay.text")}
      above={<BackToWebhooks webhook={webhook} />}
    >
      {webhook === undefined && !error && <PageSkeleton />}
      {webhook === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {webhook !== undefined && <Replays webhook={webhook} />}
    </SettingsPageLayout>
  );
}

function Replays({ webhook }: { webhook: Endpoint }) {
  const { t } = useTranslation("deliveries");
  const { zone } = useTimeStyle();
  const [params] = useSearchParams();
  const { data, error, isPending, isFetching, refetch } = useReplays(webhook.id);
  const running = data?.find(({ state }) => state === "running");
  const ended = data?.filter(({ state }) => state !== "running") ?? [];
  return (
    <>
      {running !== undefined && <ReplayCard webhookId={webhook.id} replay={running} />}
      {running === undefined && !isPending && (
        <ReplayForm webhook={webhook} start={formOf(params, zone, failingSinceOf(webhook))} />
      )}
      {isPending && <PageSkeleton />}
      {error && <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />}
      {ended.length > 0 && (
        <section className={classes.earlier}>
          <h2>{t("replay.earlier")}</h2>
          {ended.map((replay) => (
            <ReplayCard key={replay.id} webhookId={webhook.id} replay={replay} />
          ))}
        </section>
      )}
    </>
  );
}
