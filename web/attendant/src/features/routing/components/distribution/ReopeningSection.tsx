import { NumberInput } from "@mantine/core";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { Setting } from "@/features/settings";

import { usePolicyForm } from "../../hooks/usePolicyForm";
import { PolicySection } from "./PolicySection";
import type { SectionProps } from "./section";

const MONTH_HOURS = 720;

/** Until when a customer who writes again goes on in the conversation that was closed. */
export function ReopeningSection({ loaded, note }: SectionProps<"reopening">) {
  const { t } = useTranslation("distribution");
  const { values, set, refused, ...rest } = usePolicyForm("reopening", loaded, () => false);
  const onUnsaved = useCallback((is: boolean) => note("reopening", is), [note]);
  return (
    <PolicySection title={t("reopening.title")} text={t("reopening.text")} onUnsaved={onUnsaved} {...rest}>
      <Setting id="reopening-within" label={t("reopening.within")} help={t("reopening.within_help")}>
        <NumberInput
          aria-label={t("reopening.within")}
          w={150}
          suffix={` ${t("reopening.hours")}`}
          min={0}
          max={MONTH_HOURS}
          allowDecimal={false}
          allowNegative={false}
          clampBehavior="blur"
          value={values.within_hours}
          error={refused("within_hours")}
          onChange={(typed) => typed !== "" && set({ within_hours: Number(typed) })}
        />
      </Setting>
    </PolicySection>
  );
}
