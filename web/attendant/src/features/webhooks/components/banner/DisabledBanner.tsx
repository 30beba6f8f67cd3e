import { Button } from "@mantine/core";
import { IconPlugConnectedX, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { pastTime } from "@/shared/time/format";
import { useNow } from "@/shared/time/ticker";
import { useTimeStyle } from "@/shared/time/times";
import { IconButton } from "@/shared/ui/IconButton";

import { deliveriesPath } from "../../model/deliveries";
import { nameOf } from "../../model/deliveriesNames";
import { RecoverButton } from "../replay/RecoverButton";
import type { Endpoint } from "../../api/ledgerTypes";
import classes from "./banner.module.css";

interface Props {
  /** One at least. */
  webhooks: readonly Endpoint[];
  putAway: () => void;
}

/** Which webhook was disabled, why, and the two steps: what happened, and sending what was missed. */
export function DisabledBanner({ webhooks, putAway }: Props) {
  const { t } = useTranslation("deliveries");
  const style = useTimeStyle();
  const now = useNow("minute");
  const [first] = webhooks;
  if (first === undefined) return null;
  const one = webhooks.length === 1;
  const gone = first.disabled_reason === "gone";
  const since = pastTime(first.failing?.since ?? first.state_since, now, style);
  return (
    <div className={classes.banner} role="status">
      <IconPlugConnectedX size={18} stroke={1.75} aria-hidden />
      <p>
        {one ? (
          <>
            <strong>{t("banner.title", { name: nameOf(first) })}</strong>{" "}
            {t(gone ? "banner.gone" : "banner.failing", { since })}
          </>
        ) : (
          <strong>{t("banner.several", { count: webhooks.length })}</strong>
        )}
      </p>
      <span className={classes.steps}>
        <Button
          component={Link}
          to={one ? deliveriesPath(first.id) : "/settings/webhooks"}
          variant="subtle"
          size="compact-sm"
          color="gray"
        >
          {t(one ? "banner.deliveries" : "banner.all")}
        </Button>
        {one && <RecoverButton webhook={first} size="compact-sm" variant="default" />}
        <IconButton label={t("banner.later")} size={28} onClick={putAway}>
          <IconX size={16} stroke={1.75} aria-hidden />
        </IconButton>
      </span>
    </div>
  );
}
