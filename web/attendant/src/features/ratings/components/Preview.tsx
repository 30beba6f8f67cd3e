import { useTranslation } from "react-i18next";

import { Bar } from "@/shared/ui/Skeletons";

import type { RatingPreview } from "../api/ratings";
import classes from "./ratings.module.css";

/** The question as a customer gets it, by a list and by number, with the thanks for an answer. */
export function Preview({ preview, enabled }: { preview: RatingPreview | undefined; enabled: boolean }) {
  const { t } = useTranslation("ratings");
  return (
    <aside className={classes.preview} aria-label={t("preview.title")}>
      <h2 className={classes.previewTitle}>{t("preview.title")}</h2>
      {!enabled && <p className={classes.caption}>{t("preview.off")}</p>}
      {preview === undefined ? (
        <Bar height={160} />
      ) : (
        <div className={classes.thread} data-off={!enabled || undefined}>
          <p className={classes.caption}>{t("preview.list")}</p>
          <div className={classes.bubble}>
            <p>{preview.question}</p>
            <ul className={classes.choices}>
              {preview.choices.map((choice) => (
                <li key={choice}>{choice}</li>
              ))}
            </ul>
          </div>
          <div className={classes.bubble} data-answer>
            <p>{preview.choices[0]}</p>
          </div>
          <div className={classes.bubble}>
            <p>{preview.thanks}</p>
          </div>
          <p className={classes.caption}>{t("preview.number")}</p>
          <div className={classes.bubble}>
            <p>{preview.by_number}</p>
          </div>
        </div>
      )}
    </aside>
  );
}
