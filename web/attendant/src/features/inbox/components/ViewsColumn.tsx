import { IconLayoutSidebarLeftCollapse } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";

import type { View } from "@/shared/conversations/filter";
import { useViews } from "@/shared/conversations/taken";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { preferences } from "@/shared/storage/preferences";
import { IconButton } from "@/shared/ui/IconButton";

import { useSavedFilters } from "../hooks/useSavedFilters";
import { savedIdOf, searchOf } from "../model/address";
import { SavedFilterRow } from "./SavedFilterRow";
import { UnsentLinks, UnsentShortcuts } from "./UnsentLinks";
import { ViewCount } from "./ViewCount";
import { VIEW_ICONS, VIEW_KEYS } from "./viewIcons";
import classes from "./Views.module.css";

interface Props {
  /** null: what is shown is none of them. */
  view: View | null;
  /** The open conversation stays open in another view. */
  conversationId: string | undefined;
}

/** The views and the saved filters, at the left of the list. */
export function ViewsColumn({ view, conversationId }: Props) {
  const { t } = useTranslation("inbox");
  const { search } = useLocation();
  const { filters } = useSavedFilters();
  const savedId = savedIdOf(new URLSearchParams(search));
  const views = useViews();
  const open = conversationId === undefined ? "" : `/${conversationId}`;
  return (
    <nav className={classes.column} aria-label={t("views.label")}>
      <div className={classes.head}>
        <IconButton label={t("views.fold")} onClick={() => preferences.set({ viewsOpen: false })}>
          <IconLayoutSidebarLeftCollapse size={18} stroke={1.75} />
        </IconButton>
      </div>
      <ul className={classes.views}>
        {views.map((one) => (
          <li key={one}>
            <ViewLink view={one} to={`/inbox/${one}${open}`} current={one === view && savedId === null} />
          </li>
        ))}
      </ul>
      <UnsentLinks />
      {filters.length > 0 && (
        <>
          <h2 className={classes.heading}>{t("views.saved")}</h2>
          <ul className={classes.views}>
            {filters.map((filter) => (
              <SavedFilterRow
                key={filter.id}
                filter={filter}
                to={`/inbox/${filter.view}${open}${searchOf(filter, filter.id)}`}
                current={filter.id === savedId}
              />
            ))}
          </ul>
        </>
      )}
    </nav>
  );
}

function ViewLink({ view, to, current }: { view: View; to: string; current: boolean }) {
  const { t } = useTranslation("inbox");
  const Icon = VIEW_ICONS[view];
  return (
    <Link to={to} className={classes.view} aria-current={current ? "page" : undefined} title={t(`views.${view}`)}>
      <Icon size={18} stroke={1.75} aria-hidden />
      <span className={classes.label}>{t(`views.${view}`)}</span>
      <ViewCount view={view} />
    </Link>
  );
}

/** The keys that lead to the views, whether their column is shown or not. */
export function ViewShortcuts({ conversationId }: { conversationId: string | undefined }) {
  const open = conversationId === undefined ? "" : `/${conversationId}`;
  return (
    <>
      {useViews().map((view) => (
        <ViewShortcut key={view} view={view} to={`/inbox/${view}${open}`} />
      ))}
      <UnsentShortcuts />
    </>
  );
}

function ViewShortcut({ view, to }: { view: View; to: string }) {
  const { t } = useTranslation("inbox");
  const navigate = useNavigate();
  useShortcut({
    keys: VIEW_KEYS[view],
    label: t("views.go", { name: t(`views.${view}`) }),
    scope: "list",
    run: () => void navigate(to),
  });
  return null;
}
