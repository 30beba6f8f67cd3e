import { Menu, Switch } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconCornerDownRight, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Setting, SettingsPageLayout } from "@/features/settings";
import { treeOf, typesQuery, useNeedsType, type Type, type TypeBranch } from "@/shared/marks/catalogue";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { IconButton } from "@/shared/ui/IconButton";
import { notifyFailed } from "@/shared/ui/notify";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useChangeItem, useOrderTypes, useSetNeedsType } from "../api/catalogue";
import classes from "./catalogues.module.css";
import { CreateForm } from "./CreateForm";
import { ItemRow } from "./ItemRow";
import { useRefusalText } from "./refusals";

/** What conversations are about: a tree of two levels, in the order in which it is offered. */
export function TypesPage() {
  const { t } = useTranslation("marks");
  const { data, error, isPending, isFetching, refetch } = useQuery(typesQuery);
  return (
    <SettingsPageLayout title={t("of.type.title")} text={t("of.type.text")}>
      {isPending && <PageSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <Types types={data} />}
    </SettingsPageLayout>
  );
}

function Types({ types }: { types: readonly Type[] }) {
  const { t } = useTranslation("marks");
  const tree = treeOf(types);
  const shown = tree.filter(({ type }) => !type.archived);
  const archived = tree.filter(({ type }) => type.archived);
  const branches = (list: readonly TypeBranch[]) =>
    list.map((branch) => (
      <Branch key={branch.type.id} branch={branch} siblings={list.map(({ type }) => type)} types={types} />
    ));
  return (
    <>
      {types.length > 0 && <RequiredSetting />}
      <CreateForm kind="type" />
      {types.length === 0 && (
        <EmptyState drawing="search" title={t("of.type.none_title")} text={t("of.type.none_text")} />
      )}
      {shown.length > 0 && (
        <ul className={classes.list} aria-label={t("of.type.title")}>
          {branches(shown)}
        </ul>
      )}
      {archived.length > 0 && (
        <details className={classes.archived}>
          <summary>{`${t("list.archived_type")} (${archived.length})`}</summary>
          <ul className={classes.list} aria-label={t("list.archived_type")}>
            {branches(archived)}
          </ul>
        </details>
      )}
    </>
  );
}

function RequiredSetting() {
  const { t } = useTranslation("marks");
  const required = useNeedsType();
  const set = useSetNeedsType();
  const refusal = useRefusalText();
  return (
    <Setting id="type-required" label={t("of.type.required.label")} help={t("of.type.required.help")}>
      <Switch
        checked={set.isPending ? set.variables : required}
        aria-label={t("of.type.required.label")}
        onChange={({ currentTarget }) =>
          set.mutate(currentTarget.checked, {
            onError: (error) =>
              notifyFailed(t("of.type.required.failed"), refusal(error, t("of.type.required.failed"))),
          })
        }
      />
    </Setting>
  );
}

interface BranchProps {
  branch: TypeBranch;
  /** The types of its level, in their order. */
  siblings: readonly Type[];
  types: readonly Type[];
}

function Branch({ branch: { type, children }, siblings, types }: BranchProps) {
  const { t } = useTranslation("marks");
  const [adding, setAdding] = useState(false);
  return (
    <>
      <ItemRow
        kind="type"
        item={type}
        others={types}
        stays={children.length > 0 ? t("of.type.has_children") : undefined}
        menu={<MoveItems type={type} types={types} />}
      >
        <OrderButtons type={type} siblings={siblings} />
        {!type.archived && (
          <IconButton label={t("of.type.add_under", { name: type.name })} onClick={() => setAdding(true)}>
            <IconPlus size={18} stroke={1.75} aria-hidden />
          </IconButton>
        )}
      </ItemRow>
      {children.map((child) => (
        <ItemRow
          key={child.id}
          kind="type"
          item={child}
          others={types}
          indent
          menu={<MoveItems type={child} types={types} />}
        >
          <OrderButtons type={child} siblings={children} />
        </ItemRow>
      ))}
      {adding && (
        <li className={classes.row} data-indent>
          <CreateForm
            kind="type"
            parentId={type.id}
            label={t("of.type.add_under", { name: type.name })}
            done={() => setAdding(false)}
          />
        </li>
      )}
    </>
  );
}

function OrderButtons({ type, siblings }: { type: Type; siblings: readonly Type[] }) {
  const { t } = useTranslation("marks");
  const order = useOrderTypes();
  const refusal = useRefusalText();
  const at = siblings.findIndex(({ id }) => id === type.id);
  const move = (by: number) => {
    const ids = siblings.map(({ id }) => id);
    ids.splice(at + by, 0, ...ids.splice(at, 1));
    order.mutate(
      { parent_id: type.parent_id ?? null, ids },
      { onError: (error) => notifyFailed(t("of.type.failed.change"), refusal(error, t("of.type.failed.change"))) },
    );
  };
  if (siblings.length < 2) return null;
  return (
    <span className={classes.order}>
      {at === 0 ? (
        <span className={classes.noButton} />
      ) : (
        <IconButton size={28} label={t("of.type.up", { name: type.name })} onClick={() => move(-1)}>
          <IconArrowUp size={16} stroke={1.75} aria-hidden />
        </IconButton>
      )}
      {at === siblings.length - 1 ? (
        <span className={classes.noButton} />
      ) : (
        <IconButton size={28} label={t("of.type.down", { name: type.name })} onClick={() => move(1)}>
          <IconArrowDown size={16} stroke={1.75} aria-hidden />
        </IconButton>
      )}
    </span>
  );
}

/** Where in the tree it can stand: a type that has others under it stays on the first level. */
function MoveItems({ type, types }: { type: Type; types: readonly Type[] }) {
  const { t } = useTranslation("marks");
  const change = useChangeItem("type");
  const refusal = useRefusalText();
  const hasChildren = types.some(({ parent_id: parent }) => parent === type.id);
  const parents = types.filter(({ id, parent_id: parent, archived }) => !parent && !archived && id !== type.id);
  if (hasChildren || (parents.length === 0 && !type.parent_id)) return null;
  const move = (to: string | null) =>
    change.mutate(
      { id: type.id, version: type.version, changes: { parent_id: to } },
      { onError: (error) => notifyFailed(t("of.type.failed.change"), refusal(error, t("of.type.failed.change"))) },
    );
  return (
    <>
      <Menu.Label>{t("of.type.move")}</Menu.Label>
      {type.parent_id && (
        <Menu.Item leftSection={<IconArrowUp size={18} aria-hidden />} onClick={() => move(null)}>
          {t("of.type.top")}
        </Menu.Item>
      )}
      {parents
        .filter(({ id }) => id !== type.parent_id)
        .map((parent) => (
          <Menu.Item
            key={parent.id}
            leftSection={<IconCornerDownRight size={18} aria-hidden />}
            onClick={() => move(parent.id)}
          >
            <bdi>{parent.name}</bdi>
          </Menu.Item>
        ))}
      <Menu.Divider />
    </>
  );
}
