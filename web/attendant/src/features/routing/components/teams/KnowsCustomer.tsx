import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { knowsOf, minutesOf } from "../../model/teams";
import { Duration } from "../fields";
import classes from "../routing.module.css";

interface Props {
  minutes: number | null;
  onChange: (minutes: number | null) => void;
  error: string | null;
}

const MAX_MINUTES = 1440;

/** Whether who served the customer last gets them again, and how long they are waited for. */
export function KnowsCustomer({ minutes, onChange, error }: Props) {
  const { t } = useTranslation("teams");
  const knows = knowsOf(minutes);
  return (
    <div className={classes.inline}>
      <SegmentedControl
        aria-label={t("knows.title")}
        value={knows}
        data={(["no", "now", "wait"] as const).map((value) => ({ value, label: t(`knows.${value}`) }))}
        onChange={(to) => onChange(minutesOf(to, minutes))}
      />
      {knows === "wait" && (
        <Duration
          label={t("knows.minutes")}
          none=""
          max={MAX_MINUTES}
          value={minutes}
          error={error}
          onChange={(value) => onChange(value ?? 1)}
        />
      )}
    </div>
  );
}
