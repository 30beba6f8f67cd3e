import { IconChevronLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import classes from "./channels.module.css";

export function BackToChannels() {
  const { t } = useTranslation("channels");
  return (
    <Link to="/channels" className={classes.back}>
      <IconChevronLeft size={18} stroke={1.75} aria-hidden />
      {t("title")}
    </Link>
  );
}
