import { Button, Menu } from "@mantine/core";
import {
  IconAlarm,
  IconArrowLeft,
  IconClockPause,
  IconLayoutSidebarRight,
  IconStar,
  IconStarFilled,
} from "@tabler/icons-react";
import { useState, type MouseEvent, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";

import { TranscriptDialog } from "@/features/papers";
import type { Conversation } from "@/shared/api/types";
import { focusComposer } from "@/shared/conversations/composerFocus";
import { useContactPane } from "@/shared/conversations/contactPane";
import type { View } from "@/shared/conversations/filter";
import { SnoozeDialog, SnoozeMenuItems } from "@/shared/conversations/SnoozeMenu";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { TypeDialog } from "@/shared/marks/TypeDialog";
import { neutralName } from "@/shared/text/neutral";
import { Avatar } from "@/shared/ui/Avatar";
import { IconButton } from "@/shared/ui/IconButton";
import { usePageTitle } from "@/shared/ui/pageTitle";
import { PersonName } from "@/shared/ui/SafeText";

import { useHeaderActions } from "../../hooks/useHeaderActions";
import { useWatching } from "../../hooks/useWatching";
import type { ListHandle } from "../MessageList";
import { TimelineDrawer } from "../timeline/TimelineDrawer";
import { TransferDialog } from "../transfer/TransferDialog";
import { DayDialog } from "./DayDialog";
import { Facts } from "./Facts";
import classes from "./header.module.css";
import { HeaderLabels } from "./HeaderLabels";
import { MoreMenu } from "./MoreMenu";

interface Props {
  view: View;
  conversation: Conversation;
  list: RefObject<ListHandle | null>;
}

/** Whose conversation it is and how it stands, and the next likely step as its button. */
export function ThreadHeader({ view, conversation, list }: Props) {
  const { t } = useTranslation(["thread", "desk"]);
  const { t: marks } = useTranslation("marks");
  const { t: ratings } = useTranslation("ratings");
  const navigate = useNavigate();
  const actions = useHeaderActions(conversation);
  const customer = useContactPane();
  const { search } = useLocation();
  const [dialog, setDialog] = useState<"assign" | "day" | "snooze" | "timeline" | "transcript" | "type" | null>(null);
  const [menu, setMenu] = useState<"snooze" | "priority" | null>(null);
  const name = neutralName(conversation.contact.name ?? "") || t("customer");
  const { may } = actions;
  usePageTitle(name);

  const scope = "conversation";
  // The next likely step first: so they stand in the palette. The second key is for those who are typing: who opens a conversation stands in its field.
  useShortcut({
    keys: ["shift+a", "mod+shift+a"],
    label: t("action.take"),
    scope,
    run: actions.take,
    enabled: may.take,
  });
  useShortcut({
    keys: ["e", "mod+shift+e"],
    label: t("action.close"),
    scope,
    run: actions.close,
    enabled: may.close,
  });
  useShortcut({ keys: "shift+e", label: t("action.reopen"), scope, run: actions.reopen, enabled: may.reopen });
  useShortcut({ keys: "a", label: t("action.assign"), scope, run: () => setDialog("assign"), enabled: may.assign });
  useShortcut({
    keys: "shift+t",
    label: marks("of.type.choose"),
    scope,
    run: () => setDialog("type"),
    enabled: may.classify,
  });
  useShortcut({ label: ratings("ask"), scope, run: actions.askRating, enabled: may.askRating });
  useShortcut({ label: t("action.release"), scope, run: actions.release, enabled: may.release });
  useShortcut({
    keys: "s",
    label: t("desk:snooze.label"),
    scope,
    run: () => setMenu("snooze"),
    enabled: may.snooze,
  });
  useShortcut({ label: t("desk:snooze.wake"), scope, run: actions.wake, enabled: may.wake });
  useShortcut({
    keys: "p",
    label: t("desk:priority.key"),
    scope,
    run: () => setMenu("priority"),
    enabled: may.prioritise,
  });
  useShortcut({
    keys: "u",
    label: t("desk:unread.mark"),
    scope,
    run: actions.markUnread,
    enabled: may.markUnread,
  });
  useShortcut({ keys: "l", label: t("desk:timeline.open"), scope, run: () => setDialog("timeline") });
  useShortcut({ keys: "f", label: t("action.favourite"), scope, run: actions.favourite });
  useShortcut({ keys: "i", label: t("action.customer"), scope, run: customer.toggle });
  useShortcut({ keys: "shift+g", label: t("newest"), scope, run: () => list.current?.toNewest() });
  useShortcut({ label: t("action.transcript"), scope, run: () => setDialog("transcript") });
  useShortcut({ label: t("action.day"), scope, run: () => setDialog("day") });
  const watching = useWatching();
  useShortcut({
    label: t("action.watch"),
    scope,
    run: watching.begin,
    enabled: watching.may && !watching.on && Boolean(conversation.assignee) && !actions.mine,
  });
  const find = () => void navigate(`/inbox/${view}/${conversation.id}?in=${conversation.id}`);
  useShortcut({ keys: "mod+shift+f", label: t("action.find"), scope, run: find });

  /** Back to the list that it was opened from; an address that was opened by itself has none behind it. */
  const back = () => {
    const { idx } = (window.history.state ?? {}) as { idx?: number };
    if (idx) void navigate(-1);
    else void navigate({ pathname: `/inbox/${view}`, search }, { replace: true });
  };

  return (
    <header className={classes.header}>
      <span className={classes.back}>
        <IconButton label={t("action.back")} onClick={back}>
          <IconArrowLeft size={18} aria-hidden />
        </IconButton>
      </span>
      <span className={classes.face}>
        <Avatar id={conversation.contact.id} name={name} size={32} picture={conversation.contact.avatar_url} />
      </span>
      <div className={classes.who}>
        <div className={classes.nameLine}>
          <h1 className={classes.name}>
            <PersonName name={name} />
          </h1>
          <HeaderLabels labels={conversation.contact.labels} />
        </div>
        <Facts
          conversation={conversation}
          assign={may.assign ? () => setDialog("assign") : undefined}
          classify={may.classify ? () => setDialog("type") : undefined}
          actions={actions}
          choosing={menu === "priority"}
          onChoosing={(opened) => setMenu(opened ? "priority" : null)}
        />
      </div>
      <NextStep conversation={conversation} actions={actions} />
      <span className={`${classes.wide} ${classes.favourite}`}>
        <IconButton
          label={conversation.favourite ? t("action.unfavourite") : t("action.favourite")}
          keys="f"
          pressed={conversation.favourite}
          onClick={actions.favourite}
        >
          {conversation.favourite ? <IconStarFilled size={18} aria-hidden /> : <IconStar size={18} aria-hidden />}
        </IconButton>
      </span>
      {may.snooze && (
        <Menu
          opened={menu === "snooze"}
          onChange={(opened) => setMenu(opened ? "snooze" : null)}
          position="bottom-end"
          width={290}
          returnFocus
        >
          <Menu.Target>
            <IconButton label={t("desk:snooze.label")} keys="s" pressed={conversation.status === "snoozed"}>
              <IconClockPause size={18} aria-hidden />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            {may.wake && (
              <Menu.Item leftSection={<IconAlarm size={18} stroke={1.75} aria-hidden />} onClick={actions.wake}>
                {t("desk:snooze.wake")}
              </Menu.Item>
            )}
            <SnoozeMenuItems onChoose={actions.snooze} onOwn={() => setDialog("snooze")} />
          </Menu.Dropdown>
        </Menu>
      )}
      <MoreMenu conversation={conversation} actions={actions} watching={watching} openDialog={setDialog} find={find} />
      <span className={classes.wide}>
        <IconButton label={t("action.customer")} keys="i" pressed={customer.open} onClick={customer.toggle}>
          <IconLayoutSidebarRight size={18} aria-hidden />
        </IconButton>
      </span>
      <TransferDialog
        opened={dialog === "assign"}
        conversation={conversation}
        close={() => setDialog(null)}
        assign={actions.assign}
      />
      <SnoozeDialog opened={dialog === "snooze"} close={() => setDialog(null)} onChoose={actions.snooze} />
      <TimelineDrawer opened={dialog === "timeline"} conversation={conversation} close={() => setDialog(null)} />
      {dialog === "type" && (
        <TypeDialog
          title={marks("of.type.choose")}
          current={conversation.type?.id ?? null}
          canBeNone
          onChoose={actions.classify}
          close={() => setDialog(null)}
        />
      )}
      <DayDialog
        opened={dialog === "day"}
        conversation={conversation}
        close={() => setDialog(null)}
        jumpTo={(messageId) => list.current?.jumpTo(messageId)}
      />
      <TranscriptDialog opened={dialog === "transcript"} conversation={conversation} close={() => setDialog(null)} />
    </header>
  );
}

interface StepProps {
  conversation: Conversation;
  actions: ReturnType<typeof useHeaderActions>;
}

/** Take what is nobody's, close what is mine, reopen what is closed. */
function NextStep({ conversation, actions }: StepProps) {
  const { t } = useTranslation("thread");
  const { may, mine } = actions;
  /** The second click of a double one falls on the step after the one that was meant. */
  const once = (step: () => void) => (event: MouseEvent) => {
    if (event.detail < 2) step();
    else focusComposer(conversation.id);
  };
  if (may.reopen) {
    return (
      <Button size="sm" variant="default" onClick={once(actions.reopen)} aria-keyshortcuts="Shift+E">
        {t("action.reopen")}
      </Button>
    );
  }
  if (may.take && !conversation.assignee) {
    return (
      <Button size="sm" onClick={once(actions.take)} aria-keyshortcuts="Shift+A">
        {t("action.take")}
      </Button>
    );
  }
  if (!may.close) return null;
  return (
    <Button size="sm" variant={mine ? "filled" : "default"} onClick={once(actions.close)} aria-keyshortcuts="E">
      {t("action.close")}
    </Button>
  );
}
