/** The pages about the person who is signed in. */
import { IconBell, IconDevices, IconKeyboard, IconPalette, IconUserCircle } from "@tabler/icons-react";

import { lazyPart } from "@/shared/ui/lazyPart";

import { settingsPage } from "./page";

export const ownPages = [
  settingsPage({
    id: "profile",
    group: "own",
    icon: IconUserCircle,
    namespace: "settings",
    Component: lazyPart(async () => (await import("./components/pages/ProfilePage")).ProfilePage),
    texts: (t) => ({
      title: t("profile.title"),
      words: t("profile.words"),
      settings: [
        { id: "name", label: t("profile.name.label") },
        { id: "email", label: t("profile.email.label"), words: t("profile.email.words") },
        { id: "password", label: t("profile.password.label"), words: t("profile.password.words") },
      ],
    }),
  }),
  settingsPage({
    id: "notifications",
    group: "own",
    icon: IconBell,
    namespace: "settings",
    Component: lazyPart(async () => (await import("./components/pages/NotificationsPage")).NotificationsPage),
    texts: (t) => ({
      title: t("notifications.title"),
      words: t("notifications.words"),
      settings: [
        { id: "rings", label: t("notifications.rings.label"), words: t("notifications.rings.words") },
        { id: "sound", label: t("notifications.sound.label"), words: t("notifications.sound.words") },
        { id: "desktop", label: t("notifications.desktop.label"), words: t("notifications.desktop.words") },
        { id: "text", label: t("notifications.content.label"), words: t("notifications.content.words") },
      ],
    }),
  }),
  settingsPage({
    id: "appearance",
    group: "own",
    icon: IconPalette,
    namespace: "settings",
    Component: lazyPart(async () => (await import("./components/pages/AppearancePage")).AppearancePage),
    texts: (t) => ({
      title: t("appearance.title"),
      words: t("appearance.words"),
      settings: [
        { id: "language", label: t("appearance.language.label"), words: t("appearance.language.words") },
        { id: "theme", label: t("appearance.theme.label"), words: t("appearance.theme.words") },
        { id: "density", label: t("appearance.density.label"), words: t("appearance.density.words") },
      ],
    }),
  }),
  settingsPage({
    id: "keyboard",
    group: "own",
    icon: IconKeyboard,
    namespace: "settings",
    Component: lazyPart(async () => (await import("./components/pages/KeyboardPage")).KeyboardPage),
    texts: (t) => ({
      title: t("keyboard.title"),
      words: t("keyboard.words"),
      settings: [
        { id: "enter", label: t("keyboard.enter.label"), words: t("keyboard.enter.words") },
        { id: "shortcuts", label: t("keyboard.list.label") },
      ],
    }),
  }),
  settingsPage({
    id: "sessions",
    group: "own",
    icon: IconDevices,
    namespace: "settings",
    Component: lazyPart(async () => (await import("./components/pages/SessionsPage")).SessionsPage),
    texts: (t) => ({ title: t("sessions.title"), words: t("sessions.words"), settings: [] }),
  }),
];
