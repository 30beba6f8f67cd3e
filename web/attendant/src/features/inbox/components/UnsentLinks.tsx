import { IconClockHour4, IconPencil, type Icon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";

import { UNSENT, unsentPath, useUnsentCount, type Unsent } from "@/shared/conversations/unsentPlaces";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { usePreferences } from "@/shared/storage/preferences";

import classes from "./Views.module.css";

export const UNSENT_ICONS: Record<Unsent, Icon> = { drafts: IconPencil, scheduled: IconClockHour4 };
const KEYS: Record<Unsent, string> = { drafts: "g d", scheduled: "g h" };

/** Links to what the person has begun to write, and to what is to be said later. */
export function UnsentLinks() {
  const { t } = useTranslation("inbox");
  return (
    <>
      <h2 className={classes.heading}>{t("unsent.label")}</h2>
      <ul className={classes.views}>
        {UNSENT.map((what) => (
          <li key={what}>
            <UnsentLink what={what} />
          </li>
        ))}
      </ul>
    </>
  );
}

function UnsentLink({ what }: { what: Unsent }) {
  const { t } = useTranslation("inbox");
  const { pathname } = useLocation();
  const Glyph = UNSENT_ICONS[what];
  const name = t(`unsent.${what}`);
  const to = unsentPath(what);
  return (
    <Link to={to} className={classes.view} aria-current={pathname === to ? "page" : undefined} title={name}>
      <Glyph size={18} stroke={1.75} aria-hidden />
      <span className={classes.label}>{name}</span>
      <UnsentCount what={what} />
    </Link>
  );
}

/** How many there are; in red when one could not be sent. */
export function UnsentCount({ what }: { what: Unsent }) {
  const { t } = useTranslation("inbox");
  const { language } = usePreferences();
  const { count, failed } = useUnsentCount(what);
  if (count === 0) return null;
  const words = failed > 0 ? t("unsent.failed", { count: failed }) : t(`unsent.${what}_count`, { count });
  return (
    <span className={classes.count} data-failed={failed > 0 || undefined} title={words} role="img" aria-label={words}>
      {new Intl.NumberFormat(language).format(count)}
    </span>
  );
}

/** The keys that lead there, whether the links are shown or not. */
export function UnsentShortcuts() {
  return UNSENT.map((what) => <UnsentShortcut key={what} what={what} />);
}

function UnsentShortcut({ what }: { what: Unsent }) {
  const { t } = useTranslation("inbox");
  const navigate = useNavigate();
  const label = t("views.go", { name: t(`unsent.${what}`) });
  useShortcut({ keys: KEYS[what], label, scope: "list", run: () => void navigate(unsentPath(what)) });
  return null;
}
