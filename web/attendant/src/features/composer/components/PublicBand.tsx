import { IconWorld } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { PersonalFinding } from "../hooks/usePersonalData";
import classes from "./composer.module.css";

/** Over the field of a public thread: everybody reads what is written here; and what should not be read by everybody. */
export function PublicBand({ found }: { found: readonly PersonalFinding[] }) {
  const { t } = useTranslation("composer");
  const names = usePersonalNames();
  return (
    <div className={classes.publicBand} data-personal={found.length > 0 || undefined} role="status">
      <IconWorld size={16} aria-hidden />
      <span>
        {t("public.band")} {found.length > 0 && t("public.personal_found", { what: names(found) })}
      </span>
    </div>
  );
}

export function usePersonalNames(): (found: readonly PersonalFinding[]) => string {
  const { t, i18n } = useTranslation("composer");
  return (found) =>
    new Intl.ListFormat(i18n.language, { type: "conjunction" }).format(found.map((one) => t(`public.data.${one}`)));
}
