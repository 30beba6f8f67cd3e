import { Menu, UnstyledButton } from "@mantine/core";
import {
  IconCheck,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSun,
  IconUserCircle,
} from "@tabler/icons-react";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { loadPresence } from "@/features/presence";
import { LANGUAGE_NAMES, LANGUAGES } from "@/shared/i18n";
import { useOwnAvailability } from "@/shared/routing/availability";
import { AvailabilityDot } from "@/shared/routing/AvailabilityDot";
import { useMay, useMe, useSession } from "@/shared/session/SessionProvider";
import { preferences, usePreferences } from "@/shared/storage/preferences";
import { Avatar } from "@/shared/ui/Avatar";
import { PersonName } from "@/shared/ui/SafeText";
import { lazyPart } from "@/shared/ui/lazyPart";

import classes from "./Shell.module.css";

const PresenceItems = lazyPart(async () => (await loadPresence()).PresenceItems);

const THEMES = [
  { value: "light", icon: IconSun },
  { value: "dark", icon: IconMoon },
  { value: "system", icon: IconDeviceDesktop },
] as const;

/** Who is signed in, and what they switch often. */
export function AccountMenu() {
  const { t } = useTranslation("app");
  const me = useMe();
  const mayBePresent = useMay("conversations:read");
  const session = useSession();
  // Who signs in next begins where they begin, not on this person's page.
  const signOut = () => {
    void session.logout();
    window.history.replaceState(null, "", "/");
  };
  const own = useOwnAvailability();
  const { theme, language } = usePreferences();
  return (
    <Menu position="right-end" width={248} closeOnItemClick={false}>
      <Menu.Target>
        <UnstyledButton
          className={classes.account}
          aria-label={own === undefined ? t("rail.account") : t(`rail.account_as.${own.state}`)}
        >
          <span className={classes.picture}>
            <Avatar id={me.id} name={me.name} size={32} />
            {own !== undefined && <AvailabilityDot state={own.state} className={classes.presence} />}
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <strong>
            <PersonName name={me.name} />
          </strong>
          <span>{me.email}</span>
        </div>
        <Menu.Divider />
        {mayBePresent && (
          <Suspense fallback={null}>
            <PresenceItems />
          </Suspense>
        )}
        <Menu.Label>{t("account.theme")}</Menu.Label>
        {THEMES.map(({ value, icon: Icon }) => (
          <Menu.Item
            key={value}
            aria-current={theme === value}
            leftSection={<Icon size={18} stroke={1.75} />}
            rightSection={theme === value && <IconCheck size={16} />}
            onClick={() => preferences.set({ theme: value })}
          >
            {t(`account.${value}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t("account.language")}</Menu.Label>
        {LANGUAGES.map((value) => (
          <Menu.Item
            key={value}
            aria-current={language === value}
            lang={value}
            rightSection={language === value && <IconCheck size={16} />}
            onClick={() => preferences.set({ language: value })}
          >
            {LANGUAGE_NAMES[value]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          component={Link}
          to="/settings/profile"
          leftSection={<IconUserCircle size={18} stroke={1.75} />}
          closeMenuOnClick
        >
          {t("account.profile")}
        </Menu.Item>
        <Menu.Item
          component={Link}
          to="/settings/keyboard"
          leftSection={<IconKeyboard size={18} stroke={1.75} />}
          closeMenuOnClick
        >
          {t("account.keyboard")}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={18} stroke={1.75} />} onClick={signOut}>
          {t("account.sign_out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
