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
      if (known === 0) return t("period.always");
      const key = `h${known}` as const;
      return t(`period.${key}`);
    },
    [t],
  );
}
