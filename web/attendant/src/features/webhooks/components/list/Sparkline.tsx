import { useTranslation } from "react-i18next";

import { useNow } from "@/shared/time/ticker";

import type { HourOfHealth } from "../../api/types";
import { lastDay, sparkBars, totalsOf } from "../../model/health";
import classes from "./list.module.css";

const [BAR, GAP, HEIGHT] = [4, 1, 28];

/** The last 24 hours, an hour a bar: what arrived below, what failed on top. The numbers stand beside it. */
export function Sparkline({ hours }: { hours: readonly HourOfHealth[] }) {
  const { t, i18n } = useTranslation("webhooks");
  const day = lastDay(hours, useNow("minute"));
  const { delivered, failed } = totalsOf(day);
  const number = new Intl.NumberFormat(i18n.language);
  const words = [
    ...(delivered > 0 ? [t("spark.delivered", { count: delivered, number: number.format(delivered) })] : []),
    ...(failed > 0 ? [t("spark.failed", { count: failed, number: number.format(failed) })] : []),
  ];
  const width = day.length * (BAR + GAP) - GAP;
  return (
    <span className={classes.spark} title={t("spark.title")}>
      <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden>
        {sparkBars(day).map(({ good, bad }, at) => {
          const x = at * (BAR + GAP);
          const [goodHeight, badHeight] = [good * (HEIGHT - 1), bad * (HEIGHT - 1)];
          return (
            <g key={at}>
              <rect className={classes.floor} x={x} y={HEIGHT - 1} width={BAR} height={1} />
              {good > 0 && (
                <rect className={classes.good} x={x} y={HEIGHT - goodHeight} width={BAR} height={goodHeight} rx={1} />
              )}
              {bad > 0 && (
                <rect
                  className={classes.bad}
                  x={x}
                  y={HEIGHT - goodHeight - badHeight}
                  width={BAR}
                  height={badHeight}
                  rx={1}
                />
              )}
            </g>
          );
        })}
      </svg>
      <small>{words.length === 0 ? t("spark.nothing") : `${words.join(" · ")} ${t("spark.within")}`}</small>
    </span>
  );
}
