import { IconUserOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import classes from "./composer.module.css";

const REASONS = ["blocked", "left", "gone"] as const;

/** Instead of the field, as long as the customer cannot be written to. */
export function Unreachable({ reason, kept }: { reason: string; kept: boolean }) {
  const { t } = useTranslation("composer");
  return (
    <div className={classes.windowClosed} role="status" data-unreachable>
      <IconUserOff size={20} aria-hidden />
      <div>
        <p className={classes.windowTitle}>{t(`unreachable.${REASONS.find((one) => one === reason) ?? "other"}`)}</p>
        <p className={classes.windowText}>
          {t("unreachable.text")} {kept && t("window.kept")}
        </p>
      </div>
    </div>
  );
}
