import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useEnable } from "../../api/endpoints";
import type { Webhook } from "../../api/types";
import { standingOf } from "../../model/health";
import { DeliveryLinks } from "../deliveries/DeliveryLinks";
import { Sparkline } from "../list/Sparkline";
import { LastFailure } from "../LastFailure";
import { StandingMark } from "../Mark";
import { StoppedNotice } from "../StoppedNotice";
import classes from "./editor.module.css";

/** How an endpoint does, above what is set of it. */
export function EndpointHealth({ webhook }: { webhook: Webhook }) {
  const { t, i18n } = useTranslation("webhooks");
  const enable = useEnable();
  const problemText = useProblemText();
  const { id, state, health } = webhook;
  const waiting = health.waiting;
  return (
    <>
      <div className={classes.health}>
        <StandingMark standing={standingOf(webhook)} className={classes.standing} />
        <LastFailure webhook={webhook} />
        {waiting > 0 && (
          <span>
            {t("row.waiting", { count: waiting, number: new Intl.NumberFormat(i18n.language).format(waiting) })}
          </span>
        )}
        <Sparkline hours={health.hours} />
        {state !== "disabled" && (
          <Button
            size="sm"
            variant="default"
            loading={enable.isPending}
            onClick={() =>
              enable.mutate(
                { id, enabled: state === "paused" },
                { onError: (error) => notifyFailed(t("failed"), problemText(error).text, problemText(error).code) },
              )
            }
          >
            {t(state === "paused" ? "resume" : "pause")}
          </Button>
        )}
        <DeliveryLinks webhookId={id} />
      </div>
      <StoppedNotice webhook={webhook} />
    </>
  );
}
