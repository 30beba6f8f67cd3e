import { useTranslation } from "react-i18next";

import { useShortcut } from "@/shared/keyboard/useShortcut";
import { useAwayReasons, useOwnAvailability } from "@/shared/routing/availability";
import type { AwayReason } from "@/shared/routing/types";
import { neutralName } from "@/shared/text/neutral";

import { useChoose } from "../useChoose";

/** The presence switch in the palette and by key. */
export function PresenceCommands() {
  const { t } = useTranslation("presence");
  const own = useOwnAvailability();
  const reasons = useAwayReasons(own !== undefined);
  const { choose } = useChoose();
  const here = own?.state === "online";
  const scope = "global";
  // One key for leaving the desk and coming back to it.
  useShortcut({
    keys: "shift+o",
    label: here ? t("command.away") : t("command.online"),
    scope,
    run: () => choose({ state: here ? "away" : "online" }),
    enabled: own !== undefined,
  });
  useShortcut({
    label: t("command.busy"),
    scope,
    run: () => choose({ state: "busy" }),
    enabled: own !== undefined && own.state !== "busy",
  });
  useShortcut({
    label: t("command.offline"),
    scope,
    run: () => choose({ state: "offline" }),
    enabled: own !== undefined && own.state !== "offline",
  });
  return reasons.map((reason) => (
    <ReasonCommand key={reason.id} reason={reason} run={() => choose({ state: "away", reason_id: reason.id })} />
  ));
}

function ReasonCommand({ reason, run }: { reason: AwayReason; run: () => void }) {
  const { t } = useTranslation("presence");
  useShortcut({ label: t("command.away_for", { reason: neutralName(reason.name) }), scope: "global", run });
  return null;
}
