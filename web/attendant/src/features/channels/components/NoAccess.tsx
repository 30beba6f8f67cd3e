import { useTranslation } from "react-i18next";

import { EmptyState } from "@/shared/ui/EmptyState";

import { BackToChannels } from "./BackToChannels";
import classes from "./channels.module.css";

/** For those who came by an address that is not for them. */
export function NoAccess() {
  const { t } = useTranslation("channels");
  return (
    <div className={classes.page}>
      <BackToChannels />
      <EmptyState title={t("no_access.title")} text={t("no_access.text")} />
    </div>
  );
}
