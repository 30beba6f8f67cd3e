import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";

import classes from "./channels.module.css";

interface Props {
  number: number;
  title: string;
  done?: boolean;
  /** What it will be about; the step cannot be taken yet. */
  later?: string;
  children?: ReactNode;
}

/** A numbered part of the guided connection. */
export function Step({ number, title, done = false, later, children }: Props) {
  return (
    <section className={classes.step} data-later={later !== undefined || undefined} aria-label={title}>
      <h2 className={classes.stepTitle}>
        <span className={classes.stepNumber} data-done={done || undefined}>
          {done ? <IconCheck size={16} aria-hidden /> : number}
        </span>
        {title}
      </h2>
      <div className={classes.stepBody}>{later === undefined ? children : <p>{later}</p>}</div>
    </section>
  );
}
