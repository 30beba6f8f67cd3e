import { Menu } from "@mantine/core";
import { IconEye, IconEyeOff, IconLock, IconPencil, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate, useParams } from "react-router";

import type { Message } from "@/shared/api/types";

import { useThreadActions, type Hindrance } from "../../hooks/threadContext";
import classes from "./message.module.css";

/** What can be done with a message at its channel; what cannot says why. */
export function DeedItems({ message }: { message: Message }) {
  const { t } = useTranslation("thread");
  const { view = "all" } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const actions = useThreadActions();
  const deeds = actions.deedsOf(message);
  const there = message.private_reply?.conversation_id;
  const comment = message.direction === "inbound";
  return (
    <>
      {there !== undefined ? (
        <Item
          icon={<IconLock size={18} aria-hidden />}
          label={t("action.open_private")}
          why={null}
          onClick={() => void navigate({ pathname: `/inbox/${view}/${there}`, search })}
        />
      ) : (
        <Item
          icon={<IconLock size={18} aria-hidden />}
          label={t("action.reply_private")}
          why={deeds.private_reply}
          onClick={() => actions.ask("private_reply", message)}
        />
      )}
      <Item
        icon={<IconPencil size={18} aria-hidden />}
        label={t("action.edit")}
        why={deeds.edit}
        onClick={() => actions.startEdit(message)}
      />
      <Item
        icon={message.hidden ? <IconEye size={18} aria-hidden /> : <IconEyeOff size={18} aria-hidden />}
        label={t(message.hidden ? "action.show" : "action.hide")}
        why={deeds.hide}
        onClick={() => actions.hide(message, !message.hidden)}
      />
      <Item
        icon={<IconTrash size={18} aria-hidden />}
        label={t(comment ? "action.delete_comment" : "action.delete")}
        why={deeds.delete}
        onClick={() => actions.ask("delete", message)}
      />
    </>
  );
}

interface ItemProps {
  icon: ReactNode;
  label: string;
  /** undefined: it is not for such messages. */
  why: Hindrance | undefined;
  onClick: () => void;
}

function Item({ icon, label, why, onClick }: ItemProps) {
  if (why === undefined) return null;
  return (
    <Menu.Item leftSection={icon} disabled={why !== null} onClick={onClick}>
      <span>{label}</span>
      {why !== null && <span className={classes.menuReason}>{why}</span>}
    </Menu.Item>
  );
}
