import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { EmptyState } from "@/shared/ui/EmptyState";

import type { Webhook } from "../../api/types";
import { DeliveryLinks } from "../deliveries/DeliveryLinks";
import { Json } from "../Json";
import classes from "./list.module.css";
import { WebhookRow } from "./WebhookRow";

const MOST = 50;

/** All endpoints, or what they are for. */
export function WebhookList({ webhooks }: { webhooks: readonly Webhook[] }) {
  const { t } = useTranslation("webhooks");
  const full = webhooks.length >= MOST;
  const add = !full && (
    <Button
      component={Link}
      to="/settings/webhooks/new"
      size="sm"
      leftSection={<IconPlus size={18} stroke={1.75} aria-hidden />}
    >
      {t("add")}
    </Button>
  );
  if (webhooks.length === 0) {
    return (
      <>
        <EmptyState title={t("empty.title")} text={t("empty.text")} drawing="channel" compact action={add} />
        <Example />
      </>
    );
  }
  return (
    <>
      <div className={classes.head}>
        {full ? t("limit", { count: MOST }) : add}
        <DeliveryLinks webhookId={null} />
      </div>
      <ul className={classes.list} aria-label={t("title")}>
        {webhooks.map((one) => (
          <WebhookRow key={one.id} webhook={one} />
        ))}
      </ul>
    </>
  );
}

const HEADERS = `POST /hooks/atendimento HTTP/1.1
host: crm.example.com
content-type: application/json
webhook-id: 0195500e-00f0-7000-8000-0000000000a1
webhook-timestamp: 1772366400
webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=`;

const BODY = {
  id: "0195500e-00f0-7000-8000-0000000000a1",
  type: "message.received",
  occurred_at: "2026-03-01T12:00:00.000Z",
  sequence: 7,
  data: { message: { kind: "text", text: "Bom dia" } },
};

/** What a receiver sees. */
function Example() {
  const { t } = useTranslation("webhooks");
  return (
    <section className={classes.example}>
      <h2>{t("empty.example")}</h2>
      <Json value={HEADERS} label={t("test.sent_headers")} />
      <Json value={BODY} label={t("test.sent_body")} />
      <p>{t("empty.signature")}</p>
    </section>
  );
}
