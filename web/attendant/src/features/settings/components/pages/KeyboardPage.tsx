import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { preferences, usePreferences } from "@/shared/storage/preferences";
import { Kbd } from "@/shared/ui/Kbd";
import { KeyList } from "@/shared/ui/KeyList";

import { Setting, SettingsPageLayout } from "../SettingsParts";

export function KeyboardPage() {
  const { t } = useTranslation("settings");
  const { enterSends } = usePreferences();
  return (
    <SettingsPageLayout title={t("keyboard.title")} text={t("keyboard.text")}>
      <Setting
        id="enter"
        label={t("keyboard.enter.label")}
        help={enterSends ? t("keyboard.enter.sends") : t("keyboard.enter.breaks")}
      >
        <SegmentedControl
          aria-label={t("keyboard.enter.label")}
          value={enterSends ? "enter" : "mod"}
          data={[
            { value: "enter", label: <Kbd keys="enter" named /> },
            { value: "mod", label: <Kbd keys="mod+enter" named /> },
          ]}
          onChange={(value) => preferences.set({ enterSends: value === "enter" })}
        />
      </Setting>
      <Setting id="shortcuts" label={t("keyboard.list.label")} help={t("keyboard.list.help")} wide>
        <KeyList />
      </Setting>
    </SettingsPageLayout>
  );
}
