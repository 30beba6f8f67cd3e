import { useTranslation } from "react-i18next";

import type { Draft, DraftMode } from "@/shared/conversations/drafts";
import type { OutgoingProblem } from "@/shared/conversations/outgoing";
import { usePreferences } from "@/shared/storage/preferences";

import { useRefusalText } from "../hooks/useRefusalText";
import { textGoesAlone, type Limits, type Obstacle } from "../model/messages";
import classes from "./composer.module.css";

interface Props {
  draft: Draft;
  mode: DraftMode;
  limits: Limits | undefined;
  obstacle: Obstacle | null;
  refused: OutgoingProblem | null;
}

/** What was refused, what cannot be sent, and what will be sent otherwise than one might think. */
export function Problems({ draft, mode, limits, obstacle, refused }: Props) {
  const { t } = useTranslation("composer");
  const { language } = usePreferences();
  const refusalText = useRefusalText();
  const number = new Intl.NumberFormat(language);
  if (refused !== null) {
    return (
      <p className={classes.problem} role="alert">
        {t("refused", { reason: refusalText(refused) })}
      </p>
    );
  }
  if (obstacle?.code === "too_long") {
    return (
      <p className={classes.problem} role="status">
        {t("too_long", { over: number.format(obstacle.over), max: number.format(obstacle.max), count: obstacle.over })}
      </p>
    );
  }
  if (obstacle?.code === "no_text") return <p className={classes.problem}>{t("no_text")}</p>;
  if (limits !== undefined && textGoesAlone(draft, mode, limits)) {
    return <p className={classes.hint}>{t("files.text_alone")}</p>;
  }
  return null;
}
