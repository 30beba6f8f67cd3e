import { IconRobot } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";

import classes from "./message.module.css";

/** That nobody wrote the message, and which of the company's rules sent it. */
export function AutomaticLabel({ automatic }: { automatic: NonNullable<Message["automatic"]> }) {
  const { t } = useTranslation("ratings");
  const { kind, rule_name: name } = automatic;
  return (
    <span className={classes.label}>
      <IconRobot size={14} aria-hidden />
      <span>{kind === "reply" && name ? t("automatic.reply_named", { name }) : t(`automatic.${kind}`)}</span>
    </span>
  );
}
