import { Tooltip } from "@mantine/core";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";

import { PhoneToggle } from "@/features/sandbox";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { useMe } from "@/shared/session/SessionProvider";
import { lazyPart } from "@/shared/ui/lazyPart";
import { TooltipText } from "@/shared/ui/IconButton";

import { AccountMenu } from "./AccountMenu";
import { ConnectionMark } from "./ConnectionMark";
import { DESTINATIONS, type Destination } from "./destinations";
import classes from "./Shell.module.css";
import { SoundMark } from "./SoundMark";

// Not needed for the first picture, and by few people for long.
const Guide = lazyPart(async () => (await import("@/features/guide")).Guide);

/** The way between the pages: at the left, on a phone at the bottom. */
export function Rail() {
  const { t } = useTranslation("app");
  const { permissions } = useMe();
  const allowed = DESTINATIONS.filter(({ permission }) => permission === undefined || permissions.includes(permission));
  return (
    <nav className={classes.rail} aria-label={t("rail.label")}>
      <ul className={classes.destinations}>
        {allowed.map((destination) => (
          <li key={destination.name}>
            <RailLink {...destination} />
          </li>
        ))}
      </ul>
      <Suspense fallback={null}>
        <Guide className={classes.destination} />
      </Suspense>
      <PhoneToggle className={classes.destination} />
      <SoundMark />
      <ConnectionMark />
      <AccountMenu />
    </nav>
  );
}

function RailLink({ name, to, below, keys, icon: Icon }: Destination) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const current = pathname === below || pathname.startsWith(`${below}/`);
  const label = t(`rail.${name}`);
  useShortcut({ keys, label, scope: "global", run: () => void navigate(to) });
  return (
    <Tooltip
      position="right"
      label={<TooltipText text={label} keys={keys} />}
      events={{ hover: true, focus: true, touch: false }}
    >
      <Link to={to} className={classes.destination} aria-label={label} aria-current={current ? "page" : undefined}>
        <Icon size={20} stroke={1.75} aria-hidden="true" />
      </Link>
    </Tooltip>
  );
}
