import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { PERIODS } from "../model/values";

/** How often a rule is sent to the same customer, in words; 0: each time. */
export function usePeriodName(): (hours: number) => string {
  const { t } = useTranslation("automatic");
  return useCallback(
    (hours) => {
      const known = PERIODS.find((one) => one === hours);
      if (known === undefined) return t("period.other", { hours });
      return known === 0 ? t("period.always") : t(`period.h${known}`);
    },
    [t],
  );
}
