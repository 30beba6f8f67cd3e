import { Select } from "@mantine/core";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { Setting } from "@/features/settings";

import { useItems } from "../../api/items";
import { usePolicyForm } from "../../hooks/usePolicyForm";
import { Duration } from "../fields";
import type { SectionProps } from "./section";
import { PolicySection } from "./PolicySection";

const DAY_MINUTES = 1440;

/** Where conversations without a team go, and those of a customer who is back. */
export function QueueSection({ loaded, note }: SectionProps<"distribution">) {
  const { t } = useTranslation("distribution");
  const { values, set, refused, ...rest } = usePolicyForm("distribution", loaded, () => false);
  const teams = useItems("teams").data ?? [];
  const onUnsaved = useCallback((is: boolean) => note("distribution", is), [note]);
  return (
    <PolicySection title={t("queue.title")} text={t("queue.text")} onUnsaved={onUnsaved} {...rest}>
      <Setting id="distribution-team" label={t("queue.team")} help={t("queue.team_help")}>
        <Select
          aria-label={t("queue.team")}
          w={260}
          clearable
          searchable
          placeholder={t("queue.no_team")}
          value={values.default_team_id}
          data={teams.map(({ id, name }) => ({ value: id, label: name }))}
          error={refused("default_team_id")}
          onChange={(default_team_id) => set({ default_team_id })}
        />
      </Setting>
      <Setting id="distribution-return" label={t("queue.return")} help={t("queue.return_help")}>
        <Duration
          label={t("queue.return")}
          none={t("queue.return_none")}
          min={0}
          max={DAY_MINUTES}
          value={values.return_minutes}
          error={refused("return_minutes")}
          onChange={(return_minutes) => set({ return_minutes })}
        />
      </Setting>
    </PolicySection>
  );
}
