import { Button } from "@mantine/core";
import { IconTemplate } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import classes from "./composer.module.css";

interface Props {
  templates: boolean;
  /** How long the window is, in hours; null where that is not known. */
  hours: number | null;
  /** Whether something was typed before it closed. */
  kept: boolean;
  onTemplates: () => void;
}

/** Instead of the field, once the customer cannot be answered freely any more. */
export function WindowClosed({ templates, hours, kept, onTemplates }: Props) {
  const { t } = useTranslation("composer");
  return (
    <div className={classes.windowClosed} role="status">
      <div>
        <p className={classes.windowTitle}>
          {templates && hours !== null ? t("window.closed_templates", { hours }) : t("window.closed")}
        </p>
        <p className={classes.windowText}>
          {t("window.closed_text")} {kept && t("window.kept")}
        </p>
      </div>
      {templates && (
        <Button leftSection={<IconTemplate size={18} />} onClick={onTemplates}>
          {t("window.choose_template")}
        </Button>
      )}
    </div>
  );
}
