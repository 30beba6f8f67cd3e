import { IconCopy, IconCornerUpLeft, IconDots, IconMoodSmile, IconTag } from "@tabler/icons-react";
import { Popover } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { ClockTime } from "@/shared/time/times";
import { IconButton } from "@/shared/ui/IconButton";

import { isWithCustomer, useThreadActions } from "../../hooks/threadContext";
import classes from "./message.module.css";
import { ReactionPicker } from "./ReactionPicker";

interface Props {
  message: Message;
  /** Whether a reaction is being chosen: then the bar stays, wherever the pointer and the focus go. */
  picking: boolean;
  setPicking: (picking: boolean) => void;
}

/** What can be done with the message under the pointer. It stands over the thread and moves nothing. */
export function ActionBar({ message, picking, setPicking }: Props) {
  const { t } = useTranslation("thread");
  const { t: marks } = useTranslation("marks");
  const actions = useThreadActions();
  const noReply = actions.cannotReply(message);
  const noReaction = actions.cannotReact(message);
  return (
    <div className={classes.bar} role="toolbar" aria-label={t("action.label")}>
      <span className={classes.barTime}>
        <ClockTime at={message.occurred_at} />
      </span>
      {isWithCustomer(message) && (
        <IconButton
          size={28}
          label={t("action.reply")}
          keys="r"
          disabledReason={noReply ?? undefined}
          tooltipPosition="top"
          onClick={() => actions.reply(message)}
        >
          <IconCornerUpLeft size={18} aria-hidden />
        </IconButton>
      )}
      {isWithCustomer(message) && (
        <Popover opened={picking} onChange={setPicking} position="top" withinPortal trapFocus>
          <Popover.Target>
            <span>
              <IconButton
                size={28}
                label={t("action.react")}
                disabledReason={noReaction ?? undefined}
                tooltipPosition="top"
                onClick={() => setPicking(!picking)}
              >
                <IconMoodSmile size={18} aria-hidden />
              </IconButton>
            </span>
          </Popover.Target>
          <Popover.Dropdown p={4}>
            <ReactionPicker message={message} done={() => setPicking(false)} />
          </Popover.Dropdown>
        </Popover>
      )}
      <IconButton
        size={28}
        label={marks("on.tags")}
        keys="t"
        disabledReason={actions.cannotTag(message) ?? undefined}
        tooltipPosition="top"
        onClick={() => actions.tag([message.id])}
      >
        <IconTag size={18} aria-hidden />
      </IconButton>
      {message.text && (
        <IconButton
          size={28}
          label={t("action.copy")}
          keys="c"
          tooltipPosition="top"
          onClick={() => actions.copy(message)}
        >
          <IconCopy size={18} aria-hidden />
        </IconButton>
      )}
      <IconButton
        size={28}
        label={t("action.more")}
        tooltipPosition="top"
        onClick={({ currentTarget }) => {
          const { left, bottom } = currentTarget.getBoundingClientRect();
          actions.openMenu(message, { x: left, y: bottom });
        }}
      >
        <IconDots size={18} aria-hidden />
      </IconButton>
    </div>
  );
}
