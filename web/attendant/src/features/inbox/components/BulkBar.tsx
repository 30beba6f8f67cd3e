import { Checkbox, Menu } from "@mantine/core";
import { IconArrowBackUpDouble, IconCheck, IconClockPause, IconUserShare, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { AssignMenuItems } from "@/shared/conversations/AssignMenu";
import type { BulkAction } from "@/shared/conversations/bulk";
import { SnoozeDialog, SnoozeMenuItems } from "@/shared/conversations/SnoozeMenu";
import { useMay } from "@/shared/session/SessionProvider";
import { IconButton } from "@/shared/ui/IconButton";

import { LIST_FLOAT } from "../hooks/useHold";
import classes from "./BulkBar.module.css";
import { BulkMore } from "./BulkMore";

interface Props {
  selected: readonly Conversation[];
  /** Whether every row that is shown is selected. */
  all: boolean;
  running: boolean;
  onAll: () => void;
  onClear: () => void;
  onAction: (wanted: BulkAction) => void;
}

/** What can be done with the selected conversations, at the end of the list. */
export function BulkBar({ selected, all, running, onAll, onClear, ...rest }: Props) {
  const { t } = useTranslation(["desk", "inbox"]);
  const mayWrite = useMay("conversations:write");
  const mayAssign = useMay("conversations:assign");
  const [own, setOwn] = useState(false);
  const onAction = (wanted: BulkAction) => {
    if (!running) rest.onAction(wanted);
  };
  const open = selected.some(({ status }) => status !== "closed");
  return (
    <div className={classes.bar} role="toolbar" aria-label={t("bulk.bar")} aria-busy={running}>
      <Checkbox
        size="xs"
        checked={all}
        indeterminate={!all}
        aria-label={all ? t("bulk.none") : t("bulk.all")}
        title={all ? t("bulk.none") : t("bulk.all")}
        onChange={all ? onClear : onAll}
      />
      <span className={classes.count} aria-live="polite">
        {t("bulk.selected", { count: selected.length })}
      </span>
      <span className={classes.space} />
      {mayAssign && open && (
        <Menu position="top-end" width={240}>
          <Menu.Target>
            <IconButton size={28} label={t("bulk.assign")}>
              <IconUserShare size={18} stroke={1.75} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown {...LIST_FLOAT} className={classes.menu}>
            <AssignMenuItems
              assigneeId={null}
              onChoose={(to) => onAction({ action: "assign", attendant_id: to?.id ?? null })}
            />
          </Menu.Dropdown>
        </Menu>
      )}
      {mayWrite && open && (
        <Menu position="top-end" width={290}>
          <Menu.Target>
            <IconButton size={28} label={t("snooze.label")}>
              <IconClockPause size={18} stroke={1.75} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown {...LIST_FLOAT}>
            <SnoozeMenuItems onChoose={(until) => onAction({ action: "snooze", until })} onOwn={() => setOwn(true)} />
          </Menu.Dropdown>
        </Menu>
      )}
      {mayWrite &&
        (open ? (
          <IconButton key="close" size={28} label={t("bulk.close")} onClick={() => onAction({ action: "close" })}>
            <IconCheck size={18} stroke={1.75} />
          </IconButton>
        ) : (
          <IconButton key="reopen" size={28} label={t("bulk.reopen")} onClick={() => onAction({ action: "reopen" })}>
            <IconArrowBackUpDouble size={18} stroke={1.75} />
          </IconButton>
        ))}
      {mayWrite && <BulkMore selected={selected} onAction={onAction} />}
      <IconButton size={28} label={t("bulk.none")} onClick={onClear}>
        <IconX size={18} stroke={1.75} />
      </IconButton>
      <SnoozeDialog
        opened={own}
        close={() => setOwn(false)}
        onChoose={(until) => onAction({ action: "snooze", until })}
      />
    </div>
  );
}
