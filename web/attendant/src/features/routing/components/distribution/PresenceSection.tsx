import { NumberInput, SegmentedControl } from "@mantine/core";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { Setting } from "@/features/settings";

import { ABSENCES } from "../../api/types";
import { usePolicyForm } from "../../hooks/usePolicyForm";
import { isWrong } from "../../model/presence";
import { Duration, ZoneField } from "../fields";
import { Breaks } from "./Breaks";
import { PolicySection } from "./PolicySection";
import type { SectionProps } from "./section";

const DAY_MINUTES = 1440;
const MONTH_MINUTES = 43_200;
const GRACE = { min: 30, max: 3600 };

/** When attendants count as there, and what becomes of their conversations when they do not. */
export function PresenceSection({ loaded, note }: SectionProps<"presence">) {
  const { t } = useTranslation(["distribution", "routing"]);
  const { values, set, refused, ...rest } = usePolicyForm("presence", loaded, ({ breaks }) => breaks.some(isWrong));
  const onUnsaved = useCallback((is: boolean) => note("presence", is), [note]);
  return (
    <PolicySection title={t("presence.title")} text={t("presence.text")} onUnsaved={onUnsaved} {...rest}>
      <Setting id="presence-start" label={t("presence.start")} help={t("presence.start_help")}>
        <SegmentedControl
          aria-label={t("presence.start")}
          value={values.start_as}
          data={(["online", "away"] as const).map((value) => ({ value, label: t(`presence.${value}`) }))}
          onChange={(start_as) => set({ start_as })}
        />
      </Setting>
      <Setting id="presence-untouched" label={t("presence.untouched")} help={t("presence.untouched_help")}>
        <Duration
          label={t("presence.untouched")}
          none={t("presence.never")}
          max={DAY_MINUTES}
          value={values.untouched_minutes}
          error={refused("untouched_minutes")}
          onChange={(untouched_minutes) => set({ untouched_minutes })}
        />
      </Setting>
      <Setting id="presence-grace" label={t("presence.grace")} help={t("presence.grace_help")}>
        <NumberInput
          aria-label={t("presence.grace")}
          w={150}
          suffix={` ${t("presence.seconds")}`}
          {...GRACE}
          allowDecimal={false}
          clampBehavior="blur"
          value={values.grace_seconds}
          error={refused("grace_seconds")}
          onChange={(typed) => typed !== "" && set({ grace_seconds: Number(typed) })}
        />
      </Setting>
      {ABSENCES.map((one) => (
        <Setting
          key={one}
          id={`presence-release-${one}`}
          label={t(`presence.release.${one}`)}
          help={t("presence.release_help")}
        >
          <Duration
            label={t(`presence.release.${one}`)}
            none={t("presence.keep")}
            min={0}
            max={MONTH_MINUTES}
            value={values.release_minutes[one]}
            error={refused(`release_minutes.${one}`)}
            onChange={(minutes) => set({ release_minutes: { ...values.release_minutes, [one]: minutes } })}
          />
        </Setting>
      ))}
      <Setting id="presence-breaks" label={t("breaks.title")} help={t("breaks.help")} wide>
        <Breaks breaks={values.breaks} refused={refused} onChange={(breaks) => set({ breaks })} />
      </Setting>
      {values.breaks.length > 0 && (
        <Setting id="presence-zone" label={t("routing:zone")} help={t("breaks.zone_help")}>
          <ZoneField zone={values.zone} error={refused("zone")} onChange={(zone) => set({ zone })} />
        </Setting>
      )}
    </PolicySection>
  );
}
