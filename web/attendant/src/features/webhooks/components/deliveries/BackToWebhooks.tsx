import { IconChevronLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Endpoint } from "../../api/ledgerTypes";
import { webhookPath } from "../../model/deliveries";
import { nameOf } from "../../model/deliveriesNames";
import classes from "./deliveries.module.css";

/** Back to the webhook, or to the list of all. */
export function BackToWebhooks({ webhook }: { webhook: Endpoint | undefined }) {
  const { t } = useTranslation("deliveries");
  return (
    <Link to={webhook ? webhookPath(webhook.id) : "/settings/webhooks"} className={classes.back}>
      <IconChevronLeft size={18} stroke={1.75} aria-hidden />
      {webhook ? nameOf(webhook) : t("webhooks")}
    </Link>
  );
}
