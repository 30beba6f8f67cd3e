import { Menu, Tooltip, UnstyledButton } from "@mantine/core";
import {
  IconAlarm,
  IconAlertTriangle,
  IconCategory,
  IconChevronDown,
  IconFlag3Filled,
  IconPlayerPause,
  IconStarFilled,
  IconTargetArrow,
  IconUserCircle,
  IconUsersGroup,
  IconWorld,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Conversation, Priority } from "@/shared/api/types";
import type { StandingLevel } from "@/shared/conversations/serviceLevel";
import { SnoozeMark } from "@/shared/conversations/SnoozeMark";
import { useStanding } from "@/shared/conversations/useStanding";
import { useTypes } from "@/shared/marks/catalogue";
import { useMe } from "@/shared/session/SessionProvider";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { TooltipText } from "@/shared/ui/IconButton";
import { notifyDone } from "@/shared/ui/notify";
import { PersonName } from "@/shared/ui/SafeText";

import type { useHeaderActions } from "../../hooks/useHeaderActions";
import classes from "./header.module.css";

const PRIORITIES: readonly Priority[] = ["urgent", "high", "normal", "low"];

interface Props {
  conversation: Conversation;
  /** Opens the choice of an attendant; undefined: it cannot be assigned. */
  assign: (() => void) | undefined;
  /** Opens the choice of a type; undefined: it cannot be changed. */
  classify: (() => void) | undefined;
  actions: ReturnType<typeof useHeaderActions>;
  /** The menu of priorities is open. */
  choosing: boolean;
  onChoosing: (opened: boolean) => void;
}

/** Channel and account, state, number, whose it is, what it is about, and how urgent. */
export function Facts({ conversation, assign, classify, actions, choosing, onChoosing }: Props) {
  const { t } = useTranslation("thread");
  const { t: ratings } = useTranslation("ratings");
  const me = useMe();
  const { channel, number, status, priority, assignee } = conversation;
  const copyNumber = () => {
    void navigator.clipboard.writeText(String(number)).then(() => notifyDone(t("copied_number", { number })));
  };
  const holder = (
    <>
      <IconUserCircle size={14} aria-hidden />
      {assignee ? (
        assignee.id === me.id ? (
          <span key="me" className={classes.holder}>
            {t("you")}
          </span>
        ) : (
          <span key="other" className={classes.holder}>
            <PersonName name={assignee.name ?? t("author.attendant")} />
          </span>
        )
      ) : (
        <span key="nobody" className={classes.holder}>
          {t("nobody")}
        </span>
      )}
    </>
  );
  return (
    <div className={classes.facts} data-public={conversation.thread?.public || undefined}>
      <span className={classes.fact} data-shrinks="place" title={channel.name}>
        <ChannelMark kind={channel.kind} name={channel.name} size={14} />
        <span>{channel.name}</span>
      </span>
      {conversation.thread?.public && (
        <Tooltip label={t("public.explain")} multiline w={260}>
          <span className={classes.public} tabIndex={0}>
            <IconWorld size={12} aria-hidden />
            <span>{t("public.badge")}</span>
          </span>
        </Tooltip>
      )}
      {!conversation.thread?.public && conversation.thread?.title && (
        <span className={classes.topic} title={t("topic", { title: conversation.thread.title })}>
          <bdi>{t("topic", { title: conversation.thread.title })}</bdi>
        </span>
      )}
      <span className={classes.status} data-status={status}>
        {t(`conversation.${status}`)}
      </span>
      <SnoozeMark conversation={conversation} className={classes.fact} words />
      <TargetFact conversation={conversation} />
      <Tooltip label={t("action.copy_number")}>
        <UnstyledButton className={`${classes.fact} ${classes.act} ${classes.number} numbers`} onClick={copyNumber}>
          {`#${number}`}
        </UnstyledButton>
      </Tooltip>
      {conversation.rating_details && (
        <Tooltip label={ratings("of_conversation", { value: conversation.rating_details.value })}>
          <span className={classes.fact} data-rating tabIndex={0}>
            <IconStarFilled size={14} aria-hidden />
            <span className="numbers">{ratings("value", { value: conversation.rating_details.value })}</span>
          </span>
        </Tooltip>
      )}
      {assign ? (
        <Tooltip label={t("action.assign")}>
          <UnstyledButton className={`${classes.fact} ${classes.act}`} onClick={assign}>
            {holder}
          </UnstyledButton>
        </Tooltip>
      ) : (
        <span className={classes.fact}>{holder}</span>
      )}
      {actions.may.prioritise ? (
        <Menu opened={choosing} onChange={onChoosing} position="bottom-start" width={180} returnFocus>
          <Menu.Target>
            <UnstyledButton
              className={`${classes.fact} ${classes.act}`}
              data-priority={priority}
              aria-label={t("action.priority", { priority: t(`priority.${priority}`) })}
            >
              <IconFlag3Filled size={14} aria-hidden />
              <span className={classes.priorityWord}>{t(`priority.${priority}`)}</span>
              <IconChevronDown size={12} className={classes.chevron} aria-hidden />
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            {PRIORITIES.map((one) => (
              <Menu.Item
                key={one}
                leftSection={<IconFlag3Filled size={14} aria-hidden data-priority={one} className={classes.flag} />}
                aria-current={one === priority || undefined}
                onClick={() => actions.prioritise(one)}
              >
                {t(`priority.${one}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      ) : (
        priority !== "normal" && (
          <span className={classes.fact} data-priority={priority}>
            <IconFlag3Filled size={14} aria-hidden />
            <span>{t(`priority.${priority}`)}</span>
          </span>
        )
      )}
      <TypeFact conversation={conversation} classify={classify} />
      {conversation.team && (
        <span className={classes.fact} data-shrinks="team" title={t("team", { name: conversation.team.name ?? "—" })}>
          <IconUsersGroup size={14} aria-hidden />
          <bdi>{conversation.team.name ?? "—"}</bdi>
        </span>
      )}
    </div>
  );
}

/** What is left of the target that comes first: with a sign and a word, not with a colour alone. */
function TargetFact({ conversation }: Pick<Props, "conversation">) {
  const { t } = useTranslation("desk");
  const standing = useStanding(conversation);
  if (standing === null) return null;
  const Sign = SIGNS[standing.level];
  return (
    <Tooltip label={standing.words} multiline w={260}>
      <span className={`${classes.fact} ${classes.target}`} data-level={standing.level} tabIndex={0}>
        <Sign size={14} aria-hidden />
        <span className="numbers">{t(`target.short.${standing.level}`, { time: standing.time })}</span>
      </span>
    </Tooltip>
  );
}

const SIGNS: Record<StandingLevel, Icon> = {
  fine: IconTargetArrow,
  paused: IconPlayerPause,
  near: IconAlarm,
  missed: IconAlertTriangle,
};

function TypeFact({ conversation, classify }: Pick<Props, "conversation" | "classify">) {
  const { t } = useTranslation("marks");
  const type = useTypes()?.find(({ id }) => id === conversation.type?.id) ?? conversation.type;
  if (!type && classify === undefined) return null;
  const shown = (
    <>
      <IconCategory size={14} aria-hidden />
      <bdi>{type?.name ?? t("filter.type")}</bdi>
    </>
  );
  if (classify === undefined) {
    return (
      <span className={classes.fact} data-shrinks="type" title={t("filter.type")}>
        {shown}
      </span>
    );
  }
  return (
    <Tooltip label={<TooltipText text={type?.name ?? t("of.type.choose")} keys="shift+t" />}>
      <UnstyledButton
        className={`${classes.fact} ${classes.act} ${classes.type}`}
        data-shrinks="type"
        data-empty={!type || undefined}
        onClick={classify}
      >
        {shown}
      </UnstyledButton>
    </Tooltip>
  );
}
