import { Menu } from "@mantine/core";
import { IconArchive, IconArchiveOff, IconArrowMerge, IconDots, IconTrash } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { MarkLine } from "@/shared/marks/MarkChip";
import { ChoiceDialog } from "@/shared/ui/ChoiceDialog";
import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { IconButton } from "@/shared/ui/IconButton";
import { notifyDone, notifyFailed, undoable } from "@/shared/ui/notify";

import { useChangeItem, useDeleteItem, useMergeItem, useUsage, type Item, type Kind } from "../api/catalogue";
import classes from "./catalogues.module.css";
import { useRefusalText } from "./refusals";

interface Props {
  kind: Kind;
  item: Item;
  others: readonly Item[];
  stays?: string | undefined;
  children?: ReactNode;
}

/** Archive, merge, delete: archiving is taken back, the others say before what they change for good. */
export function ItemMenu({ kind, item, others, stays, children }: Props) {
  const { t } = useTranslation("marks");
  const change = useChangeItem(kind);
  const refusal = useRefusalText();
  const [asked, setAsked] = useState<"merge" | "delete" | null>(null);
  const { id, version, name, archived } = item;
  const failed = (error: unknown) =>
    notifyFailed(t(`of.${kind}.failed.change`), refusal(error, t(`of.${kind}.failed.change`)));
  const archive = (on: boolean, over: number, done?: (saved: Item) => void) =>
    change.mutate(
      { id, version: over, changes: { archived: on } },
      { onError: failed, ...(done && { onSuccess: done }) },
    );
  const archiveWithUndo = () =>
    archive(true, version, (saved) =>
      undoable({ message: t("list.archived_done", { name }), undo: () => archive(false, saved.version) }),
    );
  const close = () => setAsked(null);
  return (
    <>
      <Menu position="bottom-end" width={240} returnFocus>
        <Menu.Target>
          <IconButton label={t("list.more", { name })}>
            <IconDots size={18} aria-hidden />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown>
          {children}
          <Menu.Item
            leftSection={archived ? <IconArchiveOff size={18} aria-hidden /> : <IconArchive size={18} aria-hidden />}
            onClick={archived ? () => archive(false, version) : archiveWithUndo}
          >
            {t(archived ? "list.unarchive" : "list.archive")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconArrowMerge size={18} aria-hidden />}
            disabled={stays !== undefined}
            onClick={() => setAsked("merge")}
          >
            {t("list.merge")}
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={18} aria-hidden />}
            disabled={stays !== undefined}
            onClick={() => setAsked("delete")}
          >
            {t("list.delete")}
          </Menu.Item>
          {stays !== undefined && <Menu.Label className={classes.stays}>{stays}</Menu.Label>}
        </Menu.Dropdown>
      </Menu>
      {asked === "merge" && <MergeDialog kind={kind} item={item} others={others} close={close} />}
      {asked === "delete" && <DeleteDialog kind={kind} item={item} close={close} />}
    </>
  );
}

function DeleteDialog({ kind, item: { id, name }, close }: { kind: Kind; item: Item; close: () => void }) {
  const { t } = useTranslation("marks");
  const remove = useDeleteItem(kind);
  const refusal = useRefusalText();
  const usage = useUsage(kind, id).data;
  const confirm = () =>
    remove.mutate(id, {
      onSuccess: () => {
        close();
        notifyDone(t("list.deleted_done", { name }));
      },
      onError: (error) => {
        close();
        notifyFailed(t(`of.${kind}.failed.change`), refusal(error, t(`of.${kind}.failed.change`)));
      },
    });
  return (
    <ConfirmDialog
      opened
      title={t(`of.${kind}.delete_title`, { name })}
      confirm={t("list.confirm_delete")}
      busy={remove.isPending}
      onConfirm={confirm}
      onClose={close}
    >
      <p className={classes.asked}>{t(`of.${kind}.delete_text`)}</p>
      {usage !== undefined && <p className={classes.usage}>{used()}</p>}
    </ConfirmDialog>
  );

  function used(): string {
    const { count, limit } = usage ?? { count: 0, limit: 1 };
    if (count === 0) return t(`of.${kind}.unused`);
    return count >= limit ? t(`of.${kind}.used_limit`, { count }) : t(`of.${kind}.used`, { count });
  }
}

function MergeDialog({ kind, item, others, close }: Omit<Props, "children" | "stays"> & { close: () => void }) {
  const { t } = useTranslation("marks");
  const merge = useMergeItem(kind);
  const refusal = useRefusalText();
  const [into, setInto] = useState<Item | null>(null);
  const { id, name } = item;
  if (into === null) {
    const offered = others.filter((one) => one.id !== id && !one.archived);
    return (
      <ChoiceDialog
        several // it stays until something was chosen, and this component then shows what follows
        plain
        title={t(`of.${kind}.merge_title`, { name })}
        search={t("list.merge_search")}
        nothing={offered.length === 0 ? t("list.merge_none") : t("list.nothing")}
        choices={offered.map((one) => ({
          id: one.id,
          text: one.name,
          ...(one.color !== undefined && { shown: <MarkLine mark={{ name: one.name, color: one.color }} /> }),
        }))}
        onChoose={(choice) => setInto(offered.find((one) => one.id === choice.id) ?? null)}
        close={close}
      />
    );
  }
  const confirm = () =>
    merge.mutate(
      { id, into: into.id },
      {
        onSuccess: () => {
          close();
          notifyDone(t("list.merged_done", { name, into: into.name }));
        },
        onError: (error) => {
          close();
          notifyFailed(t(`of.${kind}.failed.change`), refusal(error, t(`of.${kind}.failed.change`)));
        },
      },
    );
  return (
    <ConfirmDialog
      opened
      title={t(`of.${kind}.merge_title`, { name })}
      confirm={t("list.merge_do")}
      busy={merge.isPending}
      onConfirm={confirm}
      onClose={close}
    >
      <p className={classes.asked}>{t(`of.${kind}.merge_text`, { name })}</p>
      <p className={classes.usage}>
        {`${t("list.into")}: `}
        <bdi>{into.name}</bdi>
      </p>
    </ConfirmDialog>
  );
}
