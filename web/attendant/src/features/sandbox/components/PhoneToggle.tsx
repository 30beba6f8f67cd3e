import { Tooltip, UnstyledButton } from "@mantine/core";
import { IconDeviceMobile } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useShortcut } from "@/shared/keyboard/useShortcut";
import { TooltipText } from "@/shared/ui/IconButton";

import { usePhone } from "../phonePanel";

const KEYS = "g p";

/** In the rail: opens and closes the customer's phone. Nothing where the server has none. */
export function PhoneToggle({ className }: { className?: string | undefined }) {
  const { t } = useTranslation("sandbox");
  const phone = usePhone();
  const toggle = () => (phone?.open ? phone.hide() : phone?.show());
  useShortcut({ keys: KEYS, label: t("try"), scope: "global", run: toggle, enabled: phone !== null });
  if (phone === null) return null;
  return (
    <Tooltip
      position="right"
      label={<TooltipText text={t("try")} keys={KEYS} />}
      events={{ hover: true, focus: true, touch: false }}
    >
      <UnstyledButton
        className={className ?? ""}
        aria-label={t("try")}
        aria-pressed={phone.open}
        onClick={toggle}
        data-guide="phone"
      >
        <IconDeviceMobile size={20} stroke={1.75} aria-hidden />
      </UnstyledButton>
    </Tooltip>
  );
}
