import { Menu, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconFilter, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

import type { View } from "@/shared/conversations/filter";
import { UNSENT, unsentPath } from "@/shared/conversations/unsentPlaces";
import { useViews } from "@/shared/conversations/taken";
import { preferences } from "@/shared/storage/preferences";

import { useSavedFilters } from "../hooks/useSavedFilters";
import { savedIdOf, searchOf } from "../model/address";
import { UNSENT_ICONS, UnsentCount } from "./UnsentLinks";
import { SavedCount, ViewCount } from "./ViewCount";
import { VIEW_ICONS } from "./viewIcons";
import classes from "./Views.module.css";

interface Props {
  view: View;
  name: string;
  conversationId: string | undefined;
  /** Whether there is room for the column instead. */
  unfolds: boolean;
}

/** The views in a menu: on a phone, and where their column is folded. */
export function ViewMenu({ view, name, conversationId, unfolds }: Props) {
  const { t } = useTranslation("inbox");
  const { search } = useLocation();
  const { filters } = useSavedFilters();
  const savedId = savedIdOf(new URLSearchParams(search));
  const views = useViews();
  const open = conversationId === undefined ? "" : `/${conversationId}`;
  const Icon = savedId === null ? VIEW_ICONS[view] : IconFilter;
  return (
    <Menu position="bottom-start" width={248}>
      <Menu.Target>
        <UnstyledButton className={classes.chooser} aria-label={t("views.choose", { name })}>
          <Icon size={18} stroke={1.75} aria-hidden />
          <bdi className={classes.label}>{name}</bdi>
          {savedId === null && <ViewCount view={view} />}
          <IconChevronDown size={16} stroke={1.75} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {views.map((one) => {
          const Glyph = VIEW_ICONS[one];
          return (
            <Menu.Item
              key={one}
              component={Link}
              to={`/inbox/${one}${open}`}
              aria-current={one === view && savedId === null ? "page" : undefined}
              leftSection={<Glyph size={18} stroke={1.75} aria-hidden />}
              rightSection={<ViewCount view={one} />}
            >
              {t(`views.${one}`)}
            </Menu.Item>
          );
        })}
        <Menu.Label>{t("unsent.label")}</Menu.Label>
        {UNSENT.map((what) => {
          const Glyph = UNSENT_ICONS[what];
          return (
            <Menu.Item
              key={what}
              component={Link}
              to={unsentPath(what)}
              leftSection={<Glyph size={18} stroke={1.75} aria-hidden />}
              rightSection={<UnsentCount what={what} />}
            >
              {t(`unsent.${what}`)}
            </Menu.Item>
          );
        })}
        {filters.length > 0 && <Menu.Label>{t("views.saved")}</Menu.Label>}
        {filters.map((filter) => (
          <Menu.Item
            key={filter.id}
            component={Link}
            to={`/inbox/${filter.view}${open}${searchOf(filter, filter.id)}`}
            aria-current={filter.id === savedId ? "page" : undefined}
            leftSection={<IconFilter size={18} stroke={1.75} aria-hidden />}
            rightSection={<SavedCount filter={filter} />}
          >
            <bdi>{filter.name}</bdi>
          </Menu.Item>
        ))}
        {unfolds && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconLayoutSidebarLeftExpand size={18} stroke={1.75} aria-hidden />}
              onClick={() => preferences.set({ viewsOpen: true })}
            >
              {t("views.unfold")}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
