import { IconAlertTriangle, IconLoader2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Attachment } from "@/shared/api/types";

import classes from "./body.module.css";

/** In the place of a file that is still on its way, or will not come. */
export function Waiting({ file }: { file: Attachment | undefined }) {
  const { t, i18n } = useTranslation("thread");
  if (file?.state === "failed") {
    return (
      <div className={`${classes.waiting} ${classes.failed}`}>
        <IconAlertTriangle size={18} aria-hidden />
        <span>{file.error?.texts?.[i18n.language] ?? file.error?.message ?? t("file.failed")}</span>
      </div>
    );
  }
  return (
    <div className={classes.waiting} role="status">
      <IconLoader2 size={18} aria-hidden />
      <span>{t("file.pending")}</span>
    </div>
  );
}
