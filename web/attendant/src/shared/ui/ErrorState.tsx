import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { CopyCode } from "./CopyCode";
import { Drawing } from "./Drawing";
import { useProblemText } from "./problemText";
import classes from "./States.module.css";

interface Props {
  error: unknown;
  /** What failed, in the feature's own words; without it, the general words for the error. */
  title?: string;
  text?: string;
  retry?: () => void;
  retrying?: boolean;
  compact?: boolean;
}

/** What stands where something could not be loaded: what happened, what to do, the code in small print. */
export function ErrorState({ error, title, text, retry, retrying = false, compact = false }: Props) {
  const { t } = useTranslation("app");
  const problem = useProblemText()(error);
  return (
    <div role="alert" className={[classes.state, compact && classes.compact].filter(Boolean).join(" ")}>
      {!compact && <Drawing name="broken" />}
      <p className={classes.title}>{title ?? problem.title}</p>
      <p className={classes.text}>{text ?? problem.text}</p>
      {retry && (
        <div className={classes.actions}>
          <Button variant="default" onClick={retry} loading={retrying}>
            {t("error.retry")}
          </Button>
        </div>
      )}
      <CopyCode code={problem.code} />
    </div>
  );
}
