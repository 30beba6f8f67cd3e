import { Button, Drawer } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ApiProblem } from "@/shared/api/problem";
import { announce } from "@/shared/ui/announcer";
import { CopyIcon } from "@/shared/ui/CopyIcon";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { notifyDone } from "@/shared/ui/notify";
import { Bar } from "@/shared/ui/Skeletons";

import { useDelivery, useResend } from "../../api/deliveries";
import type { DeliveryDetail, Endpoint } from "../../api/ledgerTypes";
import { webhookPath, replayPath } from "../../model/deliveries";
import { curlOf } from "../../model/deliveriesCurl";
import { nameOf, originOf } from "../../model/deliveriesNames";
import { Json } from "../Json";
import { RecoverButton } from "../replay/RecoverButton";
import { AttemptLine } from "./AttemptLine";
import classes from "./deliveries.module.css";
import { HeaderList } from "./HeaderList";
import { StateMark } from "./StateMark";
import { useDeliveryWords } from "./useDeliveryWords";
import { useLedgerProblem } from "./useLedgerProblem";

interface Props {
  /** None: it is closed. */
  id: string | null;
  /** Undefined while nobody knows them. */
  webhooks: readonly Endpoint[] | undefined;
  open: (id: string) => void;
  close: () => void;
}

/** One delivery: its attempts, what was sent, what it waits for, and sending it again. */
export function DeliveryDrawer({ id, webhooks, open, close }: Props) {
  const { t } = useTranslation(["deliveries", "app"]);
  return (
    <Drawer
      opened={id !== null}
      onClose={close}
      position="right"
      size={640}
      title={t("one")}
      classNames={{ title: classes.drawerTitle ?? "" }}
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      {id !== null && <Loaded key={id} id={id} webhooks={webhooks} open={open} />}
    </Drawer>
  );
}

function Loaded({ id, webhooks, open }: Pick<Props, "webhooks" | "open"> & { id: string }) {
  const { t } = useTranslation("deliveries");
  const { data, error, isFetching, refetch } = useDelivery(id);
  if (data !== undefined) {
    const webhook = webhooks?.find((one) => one.id === data.webhook_id);
    return <Detail delivery={data} webhook={webhook} known={webhooks !== undefined} open={open} />;
  }
  if (error instanceof ApiProblem && error.status === 404) {
    return <EmptyState title={t("gone")} text={t("gone_text")} compact />;
  }
  if (error) return <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />;
  return (
    <div className={classes.loading} aria-busy="true">
      <Bar width="40%" height={20} />
      <Bar width="70%" />
      <Bar height={120} />
      <Bar height={200} />
    </div>
  );
}

interface DetailProps {
  delivery: DeliveryDetail;
  webhook: Endpoint | undefined;
  /** Whether the webhooks are known: one that is not among them was deleted. */
  known: boolean;
  open: (id: string) => void;
}

function Detail({ delivery, webhook, known, open }: DetailProps) {
  const { t } = useTranslation("deliveries");
  const words = useDeliveryWords();
  const { state, event_type: type, reason } = delivery;
  const ended = words.reason(reason) ?? (state === "dropped" ? t("dropped_text") : null);
  return (
    <article className={classes.detailPage}>
      <header className={classes.detailHead}>
        <h2>
          <code>{type}</code>
        </h2>
        <StateMark state={state} />
      </header>
      {ended !== null && <p className={classes.note}>{ended}.</p>}
      <Held delivery={delivery} webhook={webhook} />
      <Deeds delivery={delivery} webhook={webhook} deleted={known && webhook === undefined} open={open} />
      <Facts delivery={delivery} webhook={webhook} />
      <Part title={t("attempts")}>
        <AttemptLine delivery={delivery} />
      </Part>
      <Part title={t("request")}>
        <Request delivery={delivery} />
      </Part>
    </article>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** Why nothing is tried now, where that is not a matter of time. */
function Held({ delivery, webhook }: Pick<DetailProps, "delivery" | "webhook">) {
  const { t } = useTranslation("deliveries");
  const why = delivery.waiting_for;
  if (delivery.state !== "waiting" || (why !== "pause" && why !== "disabled" && why !== "breaker")) return null;
  return (
    <div className={classes.note}>
      <p>{t(`held.${why}`)}</p>
      {why === "disabled" && webhook !== undefined && <RecoverButton webhook={webhook} />}
      {why === "pause" && (
        <Button component={Link} to={webhookPath(delivery.webhook_id)} variant="default" size="compact-md">
          {t("to_webhook")}
        </Button>
      )}
    </div>
  );
}

function Deeds({ delivery, webhook, deleted, open }: Omit<DetailProps, "known"> & { deleted: boolean }) {
  const { t } = useTranslation("deliveries");
  const resend = useResend();
  const problem = useLedgerProblem();
  const { request, state } = delivery;
  const again = () =>
    resend.mutate(delivery.id, {
      onSuccess: ({ id }) => {
        open(id);
        notifyDone(t("resent"));
        announce(t("resent"));
      },
      onError: problem.tell,
    });
  return (
    <div className={classes.deeds}>
      <Button
        leftSection={<IconRefresh size={18} stroke={1.75} aria-hidden />}
        onClick={again}
        loading={resend.isPending}
        disabled={deleted || request.body === null || webhook?.state === "disabled"}
      >
        {t(state === "waiting" ? "send_now" : "resend")}
      </Button>
      {request.body !== null && (
        <span className={classes.curl}>
          <CopyIcon value={curlOf(request, webhook?.url)} label={t("copy_curl")} />
          <span aria-hidden>{t("copy_curl")}</span>
        </span>
      )}
      {deleted && <p className={classes.means}>{t("webhook_deleted")}</p>}
      {webhook?.state === "paused" && <p className={classes.means}>{t("resend_paused")}</p>}
      {webhook?.state === "disabled" && state !== "waiting" && <p className={classes.means}>{t("resend_disabled")}</p>}
    </div>
  );
}

function Facts({ delivery, webhook }: Pick<DetailProps, "delivery" | "webhook">) {
  const { t } = useTranslation("deliveries");
  const { id, event_id: event, conversation_id: conversation, replay_id: replay, request } = delivery;
  const origin = replay === null ? null : originOf(delivery.event_type, replay);
  return (
    <dl className={classes.facts}>
      <Fact name={t("webhook")}>
        {webhook === undefined ? (
          (request.url_host ?? t("deleted_webhook"))
        ) : (
          <Link to={webhookPath(webhook.id)}>{nameOf(webhook)}</Link>
        )}
      </Fact>
      <Fact name={t("event_id")} copy={event} copyLabel={t("copy_event")}>
        <code>{event}</code>
      </Fact>
      <Fact name={t("delivery_id")} copy={id} copyLabel={t("copy_delivery")}>
        <code>{id}</code>
      </Fact>
      {conversation !== null && (
        <Fact name={t("conversation")}>
          <Link to={`/inbox/all/${conversation}`}>{t("open_conversation")}</Link>
        </Fact>
      )}
      {origin !== null && (
        <Fact name={t("origin")}>
          {origin === "replayed" ? <Link to={replayPath(delivery.webhook_id)}>{t("of_replay")}</Link> : t(origin)}
        </Fact>
      )}
    </dl>
  );
}

interface FactProps {
  name: string;
  children: ReactNode;
  copy?: string;
  copyLabel?: string;
}

function Fact({ name, children, copy, copyLabel = name }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {copy !== undefined && <CopyIcon value={copy} label={copyLabel} />}
      </dd>
    </div>
  );
}

function Request({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("deliveries");
  const { request } = delivery;
  return (
    <>
      <p className={classes.target}>
        <code>POST</code> {request.url_host ?? t("deleted_webhook")}
      </p>
      <HeaderList headers={request.headers} />
      {request.body === null ? (
        <p className={classes.means}>{t("no_body")}</p>
      ) : (
        <Json value={request.body} label={t("body")} />
      )}
    </>
  );
}
