import { SegmentedControl, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { LANGUAGE_NAMES, LANGUAGES } from "@/shared/i18n";
import { preferences, usePreferences } from "@/shared/storage/preferences";

import { Setting, SettingsPageLayout } from "../SettingsParts";

export function AppearancePage() {
  const { t } = useTranslation("settings");
  const { language, theme, density } = usePreferences();
  return (
    <SettingsPageLayout title={t("appearance.title")} text={t("appearance.text")}>
      <Setting id="language" label={t("appearance.language.label")} help={t("appearance.language.help")}>
        <Select
          aria-label={t("appearance.language.label")}
          allowDeselect={false}
          value={language}
          data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          onChange={(value) => {
            const chosen = LANGUAGES.find((known) => known === value);
            if (chosen !== undefined) preferences.set({ language: chosen });
          }}
        />
      </Setting>
      <Setting id="theme" label={t("appearance.theme.label")} help={t("appearance.theme.help")}>
        <SegmentedControl
          aria-label={t("appearance.theme.label")}
          value={theme}
          data={(["light", "dark", "system"] as const).map((value) => ({
            value,
            label: t(`appearance.theme.${value}`),
          }))}
          onChange={(value) => preferences.set({ theme: value })}
        />
      </Setting>
      <Setting id="density" label={t("appearance.density.label")} help={t("appearance.density.help")}>
        <SegmentedControl
          aria-label={t("appearance.density.label")}
          value={density}
          data={(["comfortable", "compact"] as const).map((value) => ({
            value,
            label: t(`appearance.density.${value}`),
          }))}
          onChange={(value) => preferences.set({ density: value })}
        />
      </Setting>
    </SettingsPageLayout>
  );
}
