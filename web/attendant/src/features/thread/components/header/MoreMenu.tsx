import { Menu } from "@mantine/core";
import {
  IconCalendarSearch,
  IconCategory,
  IconCheck,
  IconCopy,
  IconDots,
  IconEye,
  IconFileText,
  IconHistory,
  IconLayoutSidebarRight,
  IconLink,
  IconMailOpened,
  IconSearch,
  IconStar,
  IconUserDown,
  IconUserPlus,
  IconUserShare,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useContactPane } from "@/shared/conversations/contactPane";
import { IconButton } from "@/shared/ui/IconButton";
import { Kbd } from "@/shared/ui/Kbd";
import { neutralName } from "@/shared/text/neutral";
import { notifyDone } from "@/shared/ui/notify";

import type { useHeaderActions } from "../../hooks/useHeaderActions";
import type { useWatching } from "../../hooks/useWatching";

interface Props {
  conversation: Conversation;
  actions: ReturnType<typeof useHeaderActions>;
  watching: ReturnType<typeof useWatching>;
  openDialog: (dialog: "assign" | "day" | "transcript" | "timeline" | "type") => void;
  find: () => void;
}

/** What is done less often. */
export function MoreMenu({ conversation, actions, watching, openDialog, find }: Props) {
  const { t } = useTranslation(["thread", "desk"]);
  const { t: marks } = useTranslation("marks");
  const { t: ratings } = useTranslation("ratings");
  const customer = useContactPane();
  const { may } = actions;
  const copy = (text: string, done: string) => {
    void navigator.clipboard.writeText(text).then(() => notifyDone(done));
  };
  const { number, id } = conversation;
  return (
    <Menu position="bottom-end" width={260} returnFocus>
      <Menu.Target>
        <IconButton label={t("action.more")}>
          <IconDots size={18} aria-hidden />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        {may.take && (
          <Menu.Item
            leftSection={<IconUserDown size={18} aria-hidden />}
            rightSection={<Kbd keys="shift+a" />}
            onClick={actions.take}
          >
            {conversation.assignee
              ? t("action.take_over", { name: neutralName(conversation.assignee.name ?? "") || t("author.attendant") })
              : t("action.take")}
          </Menu.Item>
        )}
        {watching.may && !watching.on && conversation.assignee && !actions.mine && (
          <Menu.Item leftSection={<IconEye size={18} aria-hidden />} onClick={watching.begin}>
            {t("action.watch")}
          </Menu.Item>
        )}
        {may.assign && (
          <Menu.Item
            leftSection={<IconUserPlus size={18} aria-hidden />}
            rightSection={<Kbd keys="a" />}
            onClick={() => openDialog("assign")}
          >
            {t("action.assign")}
          </Menu.Item>
        )}
        {may.release && (
          <Menu.Item leftSection={<IconUserShare size={18} aria-hidden />} onClick={actions.release}>
            {t("action.release")}
          </Menu.Item>
        )}
        {may.classify && (
          <Menu.Item
            leftSection={<IconCategory size={18} aria-hidden />}
            rightSection={<Kbd keys="shift+t" />}
            onClick={() => openDialog("type")}
          >
            {marks("of.type.choose")}
          </Menu.Item>
        )}
        {may.close && (
          <Menu.Item
            leftSection={<IconCheck size={18} aria-hidden />}
            rightSection={<Kbd keys="e" />}
            onClick={actions.close}
          >
            {t("action.close")}
          </Menu.Item>
        )}
        {may.askRating && (
          <Menu.Item leftSection={<IconStar size={18} aria-hidden />} onClick={actions.askRating}>
            {ratings("ask")}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconStar size={18} aria-hidden />}
          rightSection={<Kbd keys="f" />}
          onClick={actions.favourite}
        >
          {conversation.favourite ? t("action.unfavourite") : t("action.favourite")}
        </Menu.Item>
        {may.markUnread && (
          <Menu.Item
            leftSection={<IconMailOpened size={18} aria-hidden />}
            rightSection={<Kbd keys="u" />}
            onClick={actions.markUnread}
          >
            {t("desk:unread.mark")}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconHistory size={18} aria-hidden />}
          rightSection={<Kbd keys="l" />}
          onClick={() => openDialog("timeline")}
        >
          {t("desk:timeline.open")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLayoutSidebarRight size={18} aria-hidden />}
          rightSection={<Kbd keys="i" />}
          onClick={customer.toggle}
        >
          {t("action.customer")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconSearch size={18} aria-hidden />}
          rightSection={<Kbd keys="mod+shift+f" />}
          onClick={find}
        >
          {t("action.find")}
        </Menu.Item>
        <Menu.Item leftSection={<IconCalendarSearch size={18} aria-hidden />} onClick={() => openDialog("day")}>
          {t("action.day")}
        </Menu.Item>
        <Menu.Item leftSection={<IconFileText size={18} aria-hidden />} onClick={() => openDialog("transcript")}>
          {t("action.transcript")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={18} aria-hidden />}
          onClick={() => copy(String(number), t("copied_number", { number }))}
        >
          {t("action.copy_number")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLink size={18} aria-hidden />}
          onClick={() => copy(`${window.location.origin}/inbox/all/${id}`, t("copied_link"))}
        >
          {t("action.copy_link")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
