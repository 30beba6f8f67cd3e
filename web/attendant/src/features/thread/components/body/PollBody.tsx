import { IconChartBar, IconCircle, IconSquare } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { components } from "@/shared/api/schema";

import classes from "./body.module.css";
import { TextBody } from "./TextBody";

/** A question with its answers, as it was asked; the votes stay on the channel. */
export function PollBody({ poll }: { poll: components["schemas"]["Poll"] }) {
  const { t } = useTranslation("thread");
  const Mark = poll.several ? IconSquare : IconCircle;
  return (
    <>
      <span className={classes.label}>
        <IconChartBar size={14} aria-hidden /> {t(poll.several ? "poll.several" : "poll.label")}
      </span>
      <TextBody text={poll.question} />
      <ul className={classes.rows}>
        {poll.options.map((option, at) => (
          <li key={at} className={classes.pollOption} dir="auto">
            <Mark size={14} aria-hidden />
            <span>{option}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
