import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Draft, DraftMode } from "@/shared/conversations/drafts";
import type { OutgoingProblem } from "@/shared/conversations/outgoing";
import { usePreferences } from "@/shared/storage/preferences";
import { neutralFileName } from "@/shared/text/neutral";

import { useFileProblemText } from "../hooks/useFileProblemText";
import { useRefusalText } from "../hooks/useRefusalText";
import type { FileProblem } from "../model/files";
import { textGoesAlone, type Limits, type Obstacle } from "../model/messages";
import classes from "./composer.module.css";

interface Props {
  draft: Draft;
  mode: DraftMode;
  limits: Limits | undefined;
  obstacle: Obstacle | null;
  refused: OutgoingProblem | null;
  /** Files that cannot go out; they may be out of sight among many. */
  blocked: readonly { name: string; problem: FileProblem }[];
  onRemoveBlocked: () => void;
}

/** What was refused, what cannot be sent, and what will be sent otherwise than one might think. */
export function Problems({ draft, mode, limits, obstacle, refused, blocked, onRemoveBlocked }: Props) {
  const { t } = useTranslation("composer");
  const { language } = usePreferences();
  const refusalText = useRefusalText();
  const fileProblemText = useFileProblemText();
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
        {t(obstacle.unit === "characters" ? "too_long" : "too_long_units", {
          over: number.format(obstacle.over),
          max: number.format(obstacle.max),
          count: obstacle.over,
        })}
      </p>
    );
  }
  const [first] = blocked;
  if (first !== undefined) {
    return (
      <p className={classes.blocked} role="status">
        <span>
          {blocked.length === 1
            ? t("files.blocked", { name: neutralFileName(first.name), reason: fileProblemText(first.problem) })
            : t("files.blocked_many", { count: blocked.length })}
        </span>
        <Button size="compact-xs" variant="light" color="red" onClick={onRemoveBlocked}>
          {t("files.remove_blocked", { count: blocked.length })}
        </Button>
      </p>
    );
  }
  if (obstacle?.code === "gap") {
    return (
      <p className={classes.problem} role="status">
        {t("replies.gap", { name: obstacle.text })}
      </p>
    );
  }
  if (obstacle?.code === "no_text") return <p className={classes.problem}>{t("no_text")}</p>;
  if (limits !== undefined && textGoesAlone(draft, mode, limits)) {
    return <p className={classes.hint}>{t("files.text_alone")}</p>;
  }
  return null;
}
