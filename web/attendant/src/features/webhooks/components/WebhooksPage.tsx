import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { ItemGone, SettingsPageLayout } from "@/features/settings";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useWebhooks } from "../api/endpoints";
import { EndpointEditor } from "./editor/EndpointEditor";
import { WebhookList } from "./list/WebhookList";

const NEW = "new";

/** The endpoints of the company, or the one that is edited. */
export function WebhooksPage() {
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
