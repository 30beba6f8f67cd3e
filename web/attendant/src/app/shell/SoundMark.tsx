import { ActionIcon, Tooltip } from "@mantine/core";
import { IconBellOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useSoundBlocked } from "@/shared/realtime/RealtimeProvider";

/** Says that a message should have rung and the browser wants a click first; any click is one, so this has no work of its own. */
export function SoundMark() {
  const { t } = useTranslation("app");
  if (!useSoundBlocked()) return null;
  return (
    <Tooltip position="right" label={t("rail.sound_blocked")}>
      <ActionIcon aria-label={t("rail.sound_blocked")}>
        <IconBellOff size={18} stroke={1.75} aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}
