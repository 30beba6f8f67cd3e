import type { ReactNode } from "react";

import { Drawing, type DrawingName } from "./Drawing";
import classes from "./States.module.css";

interface Props {
  title: string;
  /** What this place is for. */
  text?: string;
  drawing?: DrawingName;
  /** The first step, as a button. */
  action?: ReactNode;
  compact?: boolean;
}

/** What stands where there is nothing yet: it says what the place is for, and offers the first step. */
export function EmptyState({ title, text, drawing, action, compact = false }: Props) {
  return (
    <div className={[classes.state, compact && classes.compact].filter(Boolean).join(" ")}>
      {drawing && <Drawing name={drawing} />}
      <p className={classes.title}>{title}</p>
      {text && <p className={classes.text}>{text}</p>}
      {action && <div className={classes.actions}>{action}</div>}
    </div>
  );
}
