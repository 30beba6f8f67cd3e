import { Button } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { getJson } from "@/shared/api/client";
import type { ClientInfo } from "@/shared/api/clientInfo";
import { useConnectionState } from "@/shared/realtime/RealtimeProvider";
import { activateNewest, prepareNewest } from "@/shared/update/serviceWorker";
import { watchTyping } from "@/shared/update/reloadHolds";
import { Updates } from "@/shared/update/updates";

import classes from "./Notices.module.css";

function createUpdates(): Updates {
  return new Updates({
    own: document.querySelector<HTMLMetaElement>("meta[name=build]")?.content ?? null,
    served: async () => (await getJson<ClientInfo>("/api/v1/client")).build,
    prepare: prepareNewest,
    activate: activateNewest,
    reload: () => window.location.reload(),
    hidden: () => document.hidden,
    now: Date.now,
  });
}

/** Offers the newer build; it asks for one after each reconnect, because a deploy cuts connections. */
export function UpdateNotice() {
  const { t } = useTranslation("app");
  const [updates] = useState(createUpdates);
  const available = useSyncExternalStore(updates.subscribe, updates.isAvailable);
  const connection = useConnectionState();
  useEffect(() => updates.start(), [updates]);
  useEffect(() => watchTyping(), []);
  useEffect(() => {
    if (connection === "live") void updates.look();
  }, [connection, updates]);
  if (!available) return null;
  return (
    <div className={classes.notice} role="status">
      {t("update.available")}
      <Button size="compact-sm" onClick={() => void updates.apply()}>
        {t("update.apply")}
      </Button>
    </div>
  );
}
