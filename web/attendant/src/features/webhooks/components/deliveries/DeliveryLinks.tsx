import { Button } from "@mantine/core";
import { IconHistory, IconListDetails } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { deliveriesPath, replayPath } from "../../model/deliveries";
import classes from "./links.module.css";

/** The ways to what was sent, and to sending a period again; null: to the deliveries of all webhooks. */
export function DeliveryLinks({ webhookId }: { webhookId: string | null }) {
  const { t } = useTranslation("deliveries");
  return (
    <nav className={classes.links} aria-label={t("title")}>
      <Button
        component={Link}
        to={deliveriesPath(webhookId)}
        variant="default"
        size="sm"
        leftSection={<IconListDetails size={18} stroke={1.75} aria-hidden />}
      >
        {t(webhookId === null ? "all_deliveries" : "title")}
      </Button>
      {webhookId !== null && (
        <Button
          component={Link}
          to={replayPath(webhookId)}
          variant="default"
          size="sm"
          leftSection={<IconHistory size={18} stroke={1.75} aria-hidden />}
        >
          {t("replay_period")}
        </Button>
      )}
    </nav>
  );
}
