import { ActionIcon, Menu, Popover } from "@mantine/core";
import { IconDots, IconFilter, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { undoable } from "@/shared/ui/notify";

import { useSavedFilters } from "../hooks/useSavedFilters";
import type { SavedFilter } from "../model/savedFilters";
import { FilterNameForm } from "./FilterNameForm";
import { SavedCount } from "./ViewCount";
import classes from "./Views.module.css";

/** A saved filter: a link, and a menu that renames or deletes it. */
export function SavedFilterRow({ filter, to, current }: { filter: SavedFilter; to: string; current: boolean }) {
  const { t } = useTranslation("inbox");
  const { store } = useSavedFilters();
  const navigate = useNavigate();
  const [renaming, setRenaming] = useState(false);

  function remove(): void {
    const putBack = store.remove(filter.id);
    if (current) void navigate(`/inbox/${filter.view}`);
    undoable({ message: t("filter.deleted", { name: filter.name }), undo: putBack });
  }

  return (
    <Popover opened={renaming} onChange={setRenaming} position="right-start" trapFocus withArrow={false}>
      <Popover.Target>
        <li className={classes.saved}>
          <Link to={to} className={classes.view} aria-current={current ? "page" : undefined} title={filter.name}>
            <IconFilter size={18} stroke={1.75} aria-hidden />
            <bdi className={classes.label}>{filter.name}</bdi>
            <SavedCount filter={filter} />
          </Link>
          <Menu position="bottom-end" width={180}>
            <Menu.Target>
              <ActionIcon className={classes.options} size={28} aria-label={t("filter.options", { name: filter.name })}>
                <IconDots size={18} stroke={1.75} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconPencil size={18} stroke={1.75} aria-hidden />}
                onClick={() => setRenaming(true)}
              >
                {t("filter.rename")}
              </Menu.Item>
              <Menu.Item leftSection={<IconTrash size={18} stroke={1.75} aria-hidden />} onClick={remove}>
                {t("filter.delete")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </li>
      </Popover.Target>
      <Popover.Dropdown>
        <FilterNameForm
          name={filter.name}
          submit={t("filter.rename")}
          onSubmit={(name) => {
            store.change({ ...filter, name });
            setRenaming(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
