import { Menu } from "@mantine/core";
import {
  IconArrowBackUpDouble,
  IconCheck,
  IconClockPause,
  IconHandStop,
  IconStar,
  IconStarFilled,
  IconUserShare,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { AssignMenuItems } from "@/shared/conversations/AssignMenu";
import { SnoozeMenuItems } from "@/shared/conversations/SnoozeMenu";
import { IconButton } from "@/shared/ui/IconButton";

import { LIST_FLOAT } from "../hooks/useHold";
import classes from "./Row.module.css";

export type RowDeed = "close" | "reopen" | "take" | "favourite" | "unread";

interface Props {
  conversation: Conversation;
  me: string;
  assigning: boolean;
  onAssigning: (opened: boolean) => void;
  onDeed: (deed: RowDeed) => void;
  onAssign: (to: { id: string; name: string } | null) => void;
  snoozing: boolean;
  onSnoozing: (opened: boolean) => void;
  onSnooze: (until: string | null) => void;
  onSnoozeOwn: () => void;
}

/** What can be done with the row under the mouse or with the focus. */
export function RowButtons({ conversation, me, assigning, onAssigning, onDeed, onAssign, ...rest }: Props) {
  const { t } = useTranslation(["inbox", "desk"]);
  const { snoozing, onSnoozing, onSnooze, onSnoozeOwn } = rest;
  const { status, assignee, favourite } = conversation;
  const closed = status === "closed";
  return (
    <div className={classes.buttons} data-open={assigning || snoozing || undefined}>
      <IconButton
        size={28}
        label={favourite ? t("action.unfavourite") : t("action.favourite")}
        keys="f"
        pressed={favourite}
        onClick={() => onDeed("favourite")}
      >
        {favourite ? <IconStarFilled size={16} /> : <IconStar size={16} stroke={1.75} />}
      </IconButton>
      {!closed && assignee?.id !== me && (
        <IconButton key="take" size={28} label={t("action.take")} keys="shift+a" onClick={() => onDeed("take")}>
          <IconHandStop size={16} stroke={1.75} />
        </IconButton>
      )}
      {!closed && (
        <Menu key="assign" opened={assigning} onChange={onAssigning} position="bottom-end" width={240} withinPortal>
          <Menu.Target>
            <IconButton size={28} label={t("action.assign")} keys="a">
              <IconUserShare size={16} stroke={1.75} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown {...LIST_FLOAT} className={classes.menu}>
            {assigning && <AssignMenuItems assigneeId={assignee?.id ?? null} onChoose={onAssign} />}
          </Menu.Dropdown>
        </Menu>
      )}
      {!closed && (
        <Menu key="snooze" opened={snoozing} onChange={onSnoozing} position="bottom-end" width={290} withinPortal>
          <Menu.Target>
            <IconButton size={28} label={t("desk:snooze.label")} keys="s">
              <IconClockPause size={16} stroke={1.75} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown {...LIST_FLOAT} className={classes.menu}>
            {snoozing && <SnoozeMenuItems onChoose={onSnooze} onOwn={onSnoozeOwn} />}
          </Menu.Dropdown>
        </Menu>
      )}
      {closed ? (
        <IconButton key="reopen" size={28} label={t("action.reopen")} keys="shift+e" onClick={() => onDeed("reopen")}>
          <IconArrowBackUpDouble size={16} stroke={1.75} />
        </IconButton>
      ) : (
        <IconButton key="close" size={28} label={t("action.close")} keys="e" onClick={() => onDeed("close")}>
          <IconCheck size={16} stroke={1.75} />
        </IconButton>
      )}
    </div>
  );
}
