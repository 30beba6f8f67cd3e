import { useTranslation } from "react-i18next";

import { EmptyState } from "@/shared/ui/EmptyState";
import { Kbd } from "@/shared/ui/Kbd";

import classes from "./thread.module.css";

const HINTS = [
  ["j", "next"],
  ["k", "previous"],
  ["mod+k", "palette"],
  ["?", "keys"],
] as const;

/** Where a conversation will stand: how to open one without the mouse. */
export function NoSelection() {
  const { t } = useTranslation("thread");
  return (
    <section className={classes.pane} aria-label={t("pane")}>
      <EmptyState
        drawing="thread"
        title={t("empty.title")}
        text={t("empty.text")}
        action={
          <div className={classes.hints}>
            {HINTS.map(([keys, hint]) => [
              <span key={keys} className={classes.hintKey}>
                <Kbd keys={keys} />
              </span>,
              <span key={hint}>{t(`empty.${hint}`)}</span>,
            ])}
          </div>
        }
      />
    </section>
  );
}
