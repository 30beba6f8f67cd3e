import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { ItemGone, SettingsPageLayout } from "@/features/settings";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useWebhooks } from "../api/endpoints";
import { DeliveriesPage } from "./deliveries";
import { EndpointEditor } from "./editor/EndpointEditor";
import { WebhookList } from "./list/WebhookList";
import { ReplayPage } from "./replay";

const NEW = "new";

/** The endpoints of the company, the one that is edited, what was sent, or sending it again: by the address. */
export function WebhooksPage() {
  const { item, part, detail } = useParams();
  if (item === "deliveries") return <DeliveriesPage webhookId={null} deliveryId={part ?? null} />;
  if (item !== undefined && part === "deliveries") {
    return <DeliveriesPage webhookId={item} deliveryId={detail ?? null} />;
  }
  if (item !== undefined && part === "replay") return <ReplayPage key={item} webhookId={item} />;
  return <Endpoints />;
}

function Endpoints() {
  const { t } = useTranslation("webhooks");
  const { item } = useParams();
  const { data, error, isPending, isFetching, refetch } = useWebhooks();
  const edited = data?.find(({ id }) => id === item);
  if (data !== undefined && item !== undefined) {
    if (item !== NEW && edited === undefined) {
      return <ItemGone title={t("title")} text={t("gone")} list={{ to: "/settings/webhooks", name: t("title") }} />;
    }
    return <EndpointEditor key={item} webhook={edited ?? null} />;
  }
  return (
    <SettingsPageLayout title={t("title")} text={t("text")} wide>
      {isPending && <PageSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <WebhookList webhooks={data} />}
    </SettingsPageLayout>
  );
}
