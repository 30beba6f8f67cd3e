import { Menu } from "@mantine/core";
import { IconCopy, IconCornerUpLeft, IconLink, IconNote, IconRefresh, IconSelect, IconTag } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { Kbd } from "@/shared/ui/Kbd";

import { isWithCustomer, useThreadActions } from "../../hooks/threadContext";
import { DeedItems } from "./DeedItems";
import classes from "./message.module.css";
import { ReactionPicker } from "./ReactionPicker";

export interface OpenMenu {
  message: Message;
  x: number;
  y: number;
}

/** Everything that can be done with a message, where the pointer is. */
export function MessageMenu({ open, close }: { open: OpenMenu | null; close: () => void }) {
  const { t } = useTranslation("thread");
  const { t: marks } = useTranslation("marks");
  const actions = useThreadActions();
  if (open === null) return null;
  const { message } = open;
  const noReply = actions.cannotReply(message);
  const noReaction = actions.cannotReact(message);
  const canRetry = message.status === "failed" && (message.error?.retryable ?? true);
  return (
    <Menu opened onClose={close} position="bottom-start" withinPortal returnFocus width="max-content" shadow="md">
      <Menu.Target>
        <span className={classes.menuPlace} style={{ left: open.x, top: open.y }} />
      </Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        {isWithCustomer(message) && noReaction === null && <ReactionPicker message={message} done={close} />}
        {isWithCustomer(message) && (
          <Menu.Item
            leftSection={<IconCornerUpLeft size={18} aria-hidden />}
            disabled={noReply !== null}
            onClick={() => actions.reply(message)}
          >
            <span>
              {t(actions.isPublic && message.direction === "inbound" ? "action.reply_public" : "action.reply")}
            </span>
            {noReply !== null && <span className={classes.menuReason}>{noReply}</span>}
          </Menu.Item>
        )}
        <DeedItems message={message} />
        <Menu.Item
          leftSection={<IconTag size={18} aria-hidden />}
          rightSection={<Kbd keys="t" />}
          disabled={actions.cannotTag(message) !== null}
          onClick={() => actions.tag([message.id])}
        >
          {marks("on.tags")}
        </Menu.Item>
        <Menu.Item leftSection={<IconCopy size={18} aria-hidden />} onClick={() => actions.copy(message)}>
          {t("action.copy")}
        </Menu.Item>
        <Menu.Item leftSection={<IconNote size={18} aria-hidden />} onClick={() => actions.forward(message)}>
          {t("action.forward")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconSelect size={18} aria-hidden />}
          onClick={() => actions.selection.start(message.id)}
        >
          {marks("select.start")}
        </Menu.Item>
        {message.reply_to && (
          <Menu.Item
            leftSection={<IconLink size={18} aria-hidden />}
            onClick={() => message.reply_to && actions.jumpTo(message.reply_to)}
          >
            {t("quote.jump")}
          </Menu.Item>
        )}
        {canRetry && (
          <Menu.Item leftSection={<IconRefresh size={18} aria-hidden />} onClick={() => void actions.retry(message)}>
            {t("action.retry")}
          </Menu.Item>
        )}
        {isWithCustomer(message) && noReaction !== null && (
          <Menu.Label>
            <span>{t("action.react")}</span>
            <span className={classes.menuReason}>{noReaction}</span>
          </Menu.Label>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
