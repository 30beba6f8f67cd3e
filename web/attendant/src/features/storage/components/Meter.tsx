import { useTranslation } from "react-i18next";

import { fileSize } from "@/shared/text/fileSize";

import type { Storage } from "../api/storage";
import classes from "./storage.module.css";

const NEARLY_FULL = 0.9;

/** Used and left, as words and as a bar; without a limit there is nothing to compare with, and no bar. */
export function Meter({ storage: { bytes, files, limit, left } }: { storage: Storage }) {
  const { t, i18n } = useTranslation("storage");
  const size = (value: number) => fileSize(value, i18n.language);
  const share = limit === null ? 0 : Math.min(bytes / limit, 1);
  const state = left === 0 && limit !== null ? "full" : share >= NEARLY_FULL ? "nearly" : "fine";
  return (
    <div className={classes.meter} data-state={state}>
      <p className={classes.used}>
        <strong className="numbers">{size(bytes)}</strong>
        <span>
          {limit === null ? t("use.files", { count: files }) : t("use.of", { limit: size(limit), count: files })}
        </span>
      </p>
      {limit !== null && (
        <>
          <div
            className={classes.bar}
            role="meter"
            aria-label={t("use.label")}
            aria-valuemin={0}
            aria-valuemax={limit}
            aria-valuenow={Math.min(bytes, limit)}
            aria-valuetext={t("use.share", { share: percent(share, i18n.language) })}
          >
            <span style={{ inlineSize: `${share * 100}%` }} />
          </div>
          <p className={classes.left} role={state === "fine" ? undefined : "status"}>
            {state === "full"
              ? t("use.full")
              : t(state === "nearly" ? "use.nearly" : "use.left", { left: size(left ?? 0) })}
          </p>
        </>
      )}
    </div>
  );
}

export function percent(share: number, language: string): string {
  const digits = share > 0 && share < 0.1 ? 1 : 0;
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(share);
}
