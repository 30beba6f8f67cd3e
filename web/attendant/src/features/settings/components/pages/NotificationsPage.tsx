import { Alert, Radio, Stack, Switch } from "@mantine/core";
import { IconBellOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { preferences, usePreferences } from "@/shared/storage/preferences";

import { useNotificationPermission } from "../../hooks/useNotificationPermission";
import { Setting, SettingsPageLayout } from "../SettingsParts";

export function NotificationsPage() {
  const { t } = useTranslation("settings");
  const { sound, ringsFor, textInNotifications } = usePreferences();
  return (
    <SettingsPageLayout title={t("notifications.title")} text={t("notifications.text")}>
      <Setting id="rings" label={t("notifications.rings.label")} help={t("notifications.rings.help")} wide>
        <Radio.Group
          aria-label={t("notifications.rings.label")}
          value={ringsFor}
          onChange={(value) => {
            const chosen = (["mine", "queue", "all"] as const).find((known) => known === value);
            if (chosen !== undefined) preferences.set({ ringsFor: chosen });
          }}
        >
          <Stack gap="xs">
            <Radio value="mine" label={t("notifications.rings.mine")} />
            <Radio value="queue" label={t("notifications.rings.queue")} />
            <Radio value="all" label={t("notifications.rings.all")} />
          </Stack>
        </Radio.Group>
      </Setting>
      <Setting id="sound" label={t("notifications.sound.label")} help={t("notifications.sound.help")}>
        <Switch
          aria-label={t("notifications.sound.label")}
          checked={sound}
          onChange={(event) => preferences.set({ sound: event.currentTarget.checked })}
        />
      </Setting>
      <Desktop />
      <Setting id="text" label={t("notifications.content.label")} help={t("notifications.content.help")}>
        <Switch
          aria-label={t("notifications.content.label")}
          checked={textInNotifications}
          onChange={(event) => preferences.set({ textInNotifications: event.currentTarget.checked })}
        />
      </Setting>
    </SettingsPageLayout>
  );
}

/** On means both: the person wants them, and the browser allows them. */
function Desktop() {
  const { t } = useTranslation("settings");
  const { desktopNotifications } = usePreferences();
  const { access, ask } = useNotificationPermission();
  const impossible = access === "unsupported" || access === "refused";
  const turn = async (on: boolean) => {
    preferences.set({ desktopNotifications: on && (await ask()) === "granted" });
  };
  return (
    <Setting
      id="desktop"
      label={t("notifications.desktop.label")}
      help={
        <>
          {t("notifications.desktop.help")}
          {impossible && (
            <Alert mt="xs" color="yellow" variant="light" icon={<IconBellOff size={18} />}>
              {t(`notifications.desktop.${access}`)}
            </Alert>
          )}
        </>
      }
    >
      <Switch
        aria-label={t("notifications.desktop.label")}
        checked={desktopNotifications && access === "granted"}
        disabled={impossible}
        onChange={(event) => void turn(event.currentTarget.checked)}
      />
    </Setting>
  );
}
