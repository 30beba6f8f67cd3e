import { Button } from "@mantine/core";
import { IconArrowUp, IconHistory, IconRefreshAlert } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams, type To } from "react-router";

import { SettingsPageLayout } from "@/features/settings";
import { useTimeStyle } from "@/shared/time/times";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";

import { useDeliveries } from "../../api/deliveries";
import { useWebhooks } from "../../api/endpoints";
import type { Delivery, Endpoint } from "../../api/ledgerTypes";
import {
  deliveriesPath,
  filterOf,
  isFiltered,
  periodOf,
  replayPath,
  settled,
  withField,
  type DeliveryFilter,
} from "../../model/deliveries";
import { nameOf } from "../../model/deliveriesNames";
import { BackToWebhooks } from "./BackToWebhooks";
import classes from "./deliveries.module.css";
import { DeliveryDrawer } from "./DeliveryDrawer";
import { DeliveryFilters } from "./DeliveryFilters";
import { DeliveryRow } from "./DeliveryRow";

interface Props {
  /** Of one webhook; null: of all. */
  webhookId: string | null;
  /** The one that is open. */
  deliveryId: string | null;
}

/** What was sent to external systems, what came of it, and what still waits; filters stand in the address. */
export function DeliveriesPage({ webhookId, deliveryId }: Props) {
  const { t } = useTranslation("deliveries");
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const { data: webhooks } = useWebhooks();
  const filter = filterOf(params);
  const webhook = webhooks?.find(({ id }) => id === webhookId);
  const placeOf = (of: string | null, id: string | null) => ({
    pathname: deliveriesPath(of, id),
    search: `?${params}`,
  });
  const set = (next: URLSearchParams) => setParams(next, { replace: true });
  return (
    <SettingsPageLayout
      title={webhook ? t("title_of", { name: nameOf(webhook) }) : t("title")}
      text={t("text")}
      wide
      above={<BackToWebhooks webhook={webhook} />}
    >
      {webhookId !== null && <Actions webhookId={webhookId} filter={filter} />}
      <DeliveryFilters
        webhookId={webhookId}
        filter={filter}
        webhooks={webhooks ?? []}
        choose={(id) => void navigate(placeOf(id, null))}
        change={(field, value) => set(withField(params, field, value))}
        clear={() => set(new URLSearchParams())}
      />
      <Ledger
        key={`${webhookId ?? ""} ${JSON.stringify(filter)}`}
        webhookId={webhookId}
        filter={filter}
        webhooks={webhooks}
        opened={deliveryId}
        placeOf={(id) => placeOf(webhookId, id)}
      />
      <DeliveryDrawer
        id={deliveryId}
        webhooks={webhooks}
        open={(id) => void navigate(placeOf(webhookId, id))}
        close={() => void navigate(placeOf(webhookId, null))}
      />
    </SettingsPageLayout>
  );
}

/** What is done with many deliveries of a webhook at once. */
function Actions({ webhookId, filter }: { webhookId: string; filter: DeliveryFilter }) {
  const { t } = useTranslation("deliveries");
  const { zone } = useTimeStyle();
  const failed = new URLSearchParams({ only: "failed", ...periodOf(filter, zone) });
  return (
    <div className={classes.actions}>
      <Button
        component={Link}
        to={`${replayPath(webhookId)}?${failed.toString()}`}
        variant="default"
        leftSection={<IconRefreshAlert size={18} stroke={1.75} aria-hidden />}
      >
        {t("resend_failed")}
      </Button>
      <Button
        component={Link}
        to={replayPath(webhookId)}
        variant="default"
        leftSection={<IconHistory size={18} stroke={1.75} aria-hidden />}
      >
        {t("replay_period")}
      </Button>
    </div>
  );
}

interface LedgerProps {
  webhookId: string | null;
  filter: DeliveryFilter;
  webhooks: readonly Endpoint[] | undefined;
  opened: string | null;
  placeOf: (deliveryId: string) => To;
}

function Ledger({ webhookId, filter, webhooks, opened, placeOf }: LedgerProps) {
  const { t } = useTranslation("deliveries");
  const { data, error, isPending, isFetching, isPlaceholderData, refetch, ...more } = useDeliveries(webhookId, filter);
  const [known, setKnown] = useState<ReadonlySet<string> | null>(null);
  if (isPending) return <LedgerSkeleton />;
  if (data === undefined) {
    return <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />;
  }
  const lookAt = (rows: readonly Delivery[]) => setKnown(new Set(rows.map(({ id }) => id)));
  // What waits is in the order in which it leaves: there, nothing comes from above.
  const first = known === null && !isPlaceholderData && data.length > 0;
  if (first) lookAt(data);
  const { shown, fresh } = filter.state === "waiting" ? { shown: data, fresh: 0 } : settled(data, known ?? new Set());
  return (
    <>
      {error && <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />}
      {fresh > 0 && (
        <Button
          variant="light"
          size="compact-sm"
          className={classes.fresh}
          leftSection={<IconArrowUp size={16} aria-hidden />}
          onClick={() => lookAt(data)}
        >
          {t("fresh", { count: fresh })}
        </Button>
      )}
      {shown.length > 0 && (
        <ul className={classes.list} aria-label={t("list")} aria-busy={isPlaceholderData} data-old={isPlaceholderData}>
          {shown.map((row) => (
            <DeliveryRow
              key={row.id}
              delivery={row}
              to={placeOf(row.id)}
              opened={row.id === opened}
              webhook={webhookId === null ? (webhooks?.find(({ id }) => id === row.webhook_id) ?? "unknown") : null}
            />
          ))}
        </ul>
      )}
      {shown.length === 0 && <Nothing filter={filter} more={more.hasNextPage} />}
      {more.hasNextPage && !isPlaceholderData && (
        <Button
          variant="default"
          className={classes.more}
          onClick={() => void more.fetchNextPage()}
          loading={more.isFetchingNextPage}
        >
          {t(shown.length === 0 ? "look_further" : "more")}
        </Button>
      )}
    </>
  );
}

function Nothing({ filter, more }: { filter: DeliveryFilter; more: boolean }) {
  const { t } = useTranslation("deliveries");
  if (more) return <EmptyState title={t("none_yet")} text={t("none_yet_text")} compact />;
  if (isFiltered(filter)) return <EmptyState title={t("none")} text={t("none_text")} compact />;
  return <EmptyState title={t("empty")} text={t("empty_text")} compact />;
}

function LedgerSkeleton() {
  return (
    <div className={classes.list} aria-busy="true">
      {[70, 55, 62, 48, 66, 58, 52, 60].map((width, place) => (
        <div key={place} className={classes.skeleton}>
          <Bar width={88} height={14} />
          <Bar width={`${width}%`} height={14} />
        </div>
      ))}
    </div>
  );
}
