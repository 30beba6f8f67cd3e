import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useAwayReasons, useOwnAvailability } from "@/shared/routing/availability";
import { AvailabilityDot } from "@/shared/routing/AvailabilityDot";
import type { Availability, AvailabilityState } from "@/shared/routing/types";
import { useAvailabilityWords } from "@/shared/routing/useAvailabilityWords";
import { neutralName } from "@/shared/text/neutral";

import { useChoose } from "../useChoose";
import classes from "./presence.module.css";

/** The items of a menu that say how available I am, and why; nothing while it is not known. */
export function PresenceItems() {
  const own = useOwnAvailability();
  return own === undefined ? null : <Known own={own} />;
}

function Known({ own }: { own: Availability }) {
  const { t } = useTranslation("presence");
  const { short, why } = useAvailabilityWords();
  const { choose } = useChoose();
  const reasons = useAwayReasons();
  const item = (state: AvailabilityState, name: string, reason: string | null = null) => {
    const current = own.state === state && (own.reason?.id ?? null) === reason;
    return (
      <Menu.RadioItem
        key={reason ?? state}
        value={reason ?? state}
        checked={current}
        checkIcon={<IconCheck size={16} aria-hidden />}
        closeMenuOnClick
        onChange={() => choose({ state, reason_id: reason })}
      >
        <span className={classes.choice} data-reason={reason !== null || undefined}>
          {reason === null && <AvailabilityDot state={state} />}
          <bdi className={classes.name}>{name}</bdi>
        </span>
      </Menu.RadioItem>
    );
  };
  return (
    <>
      <Menu.Label>{t("label")}</Menu.Label>
      <p className={classes.now}>
        <span className={classes.state}>
          <AvailabilityDot state={own.state} />
          <bdi>{short(own)}</bdi>
        </span>
        <span>{why(own)}</span>
        {own.state === "online" && !own.room && <span>{t("full", { load: own.load, limit: own.limit ?? "—" })}</span>}
      </p>
      {item("online", t("state.online"))}
      {item("away", t("state.away"))}
      {reasons.map(({ id, name }) => item("away", neutralName(name), id))}
      {item("busy", t("state.busy"))}
      {item("offline", t("state.offline"))}
      <Menu.Divider />
    </>
  );
}
