import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconCheck, IconChevronUp, IconClockHour4, IconClockPause, IconSend2 } from "@tabler/icons-react";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";

import type { DraftMode } from "@/shared/conversations/drafts";
import { SnoozeMenuItems } from "@/shared/conversations/SnoozeMenu";
import { Kbd } from "@/shared/ui/Kbd";

import type { AfterSending } from "../hooks/useSendAnd";
import type { Limits, Obstacle } from "../model/messages";
import classes from "./composer.module.css";

export type SendMenu = "ways" | "snooze";

export const SEND_KEYS = { close: "mod+shift+enter", snooze: "mod+shift+s", schedule: "mod+shift+y" } as const;

export interface SendProps {
  mode: DraftMode;
  /** Everybody will read it. */
  isPublic?: boolean;
  sendable: boolean;
  enterSends: boolean;
  obstacle: Obstacle | null;
  uploading: boolean;
  /** A file cannot go out. */
  blocked: boolean;
  limits: Limits | undefined;
  /** Which menu is open at the button. */
  menu: SendMenu | null;
  onMenu: (menu: SendMenu | null) => void;
  onSend: (then?: AfterSending) => void;
  onSchedule: () => void;
  /** A time of one's own until which it is put aside. */
  onOwnTime: () => void;
}

/** Sends; and what can be done together with it, in a menu. */
export function SendButton(props: SendProps) {
  const { mode, sendable, enterSends, menu, onMenu, onSend } = props;
  const { t } = useTranslation("composer");
  const why = useReason(props);
  const run = (event: MouseEvent) => {
    event.preventDefault();
    if (sendable) onSend();
  };
  return (
    <div className={classes.sendGroup} data-mode={mode}>
      <Button
        className={classes.send}
        size="compact-md"
        h={32}
        leftSection={<IconSend2 size={16} aria-hidden="true" />}
        rightSection={<Kbd keys={enterSends ? "enter" : "mod+enter"} />}
        aria-disabled={!sendable || undefined}
        data-disabled={!sendable}
        title={sendable ? undefined : why}
        onClick={run}
      >
        <span className={classes.sendLabel}>
          {t(mode === "note" ? "send.note" : props.isPublic ? "public.send" : "send.reply")}
        </span>
      </Button>
      <Menu
        opened={menu !== null}
        onChange={(opened) => onMenu(opened ? "ways" : null)}
        position="top-end"
        width={menu === "snooze" ? 290 : undefined}
      >
        <Menu.Target>
          <ActionIcon
            className={classes.sendMore}
            variant="filled"
            color="teal"
            size={32}
            aria-label={t("send.more")}
            data-disabled={!sendable}
            aria-disabled={!sendable || undefined}
          >
            <IconChevronUp size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown key={menu}>
          {menu === "snooze" ? (
            <SnoozeMenuItems onChoose={(until) => onSend({ then: "snooze", until })} onOwn={props.onOwnTime} />
          ) : (
            <Ways {...props} />
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function Ways({ mode, sendable, onSend, onMenu, onSchedule }: SendProps) {
  const { t } = useTranslation("composer");
  return (
    <>
      {mode === "reply" && (
        <>
          <Menu.Item
            disabled={!sendable}
            leftSection={<IconCheck size={16} />}
            rightSection={<Kbd keys={SEND_KEYS.close} />}
            onClick={() => onSend({ then: "close" })}
          >
            {t("send.and_close")}
          </Menu.Item>
          <Menu.Item
            disabled={!sendable}
            leftSection={<IconClockPause size={16} />}
            rightSection={<Kbd keys={SEND_KEYS.snooze} />}
            closeMenuOnClick={false}
            onClick={() => onMenu("snooze")}
          >
            {t("send.and_snooze")}
          </Menu.Item>
        </>
      )}
      <Menu.Item
        disabled={!sendable}
        leftSection={<IconClockHour4 size={16} />}
        rightSection={<Kbd keys={SEND_KEYS.schedule} />}
        onClick={onSchedule}
      >
        {t("send.schedule")}
      </Menu.Item>
    </>
  );
}

/** Why it cannot be sent. */
function useReason({ blocked, uploading, limits, obstacle }: SendProps): string {
  const { t } = useTranslation("composer");
  if (blocked) return t("send.blocked");
  if (uploading) return t("send.uploading");
  if (limits === undefined) return t("send.loading");
  if (obstacle?.code === "too_long") return t("send.too_long");
  if (obstacle?.code === "gap") return t("send.gap");
  return t("send.empty");
}
