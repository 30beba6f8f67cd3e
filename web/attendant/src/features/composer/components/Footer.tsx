import { Menu, Popover } from "@mantine/core";
import {
  IconAddressBook,
  IconBolt,
  IconListDetails,
  IconMapPin,
  IconMicrophone,
  IconMoodSmile,
  IconPaperclip,
  IconPlus,
  IconTemplate,
} from "@tabler/icons-react";
import { Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Draft, DraftMode } from "@/shared/conversations/drafts";
import { usePreferences } from "@/shared/storage/preferences";
import { IconButton } from "@/shared/ui/IconButton";

import { canRecord } from "../model/recording";
import { unitsLeft } from "../model/characters";
import { partsCount, textLimit, type Limits, type Obstacle } from "../model/messages";
import classes from "./composer.module.css";
import { EmojiPicker, type DialogName } from "./dialogs";
import { SendButton, type SendProps } from "./SendButton";

interface Props {
  mode: DraftMode;
  isPublic: boolean;
  draft: Draft;
  limits: Limits | undefined;
  sendable: boolean;
  obstacle: Obstacle | null;
  uploading: boolean;
  /** A file cannot go out. */
  blocked: boolean;
  recording: boolean;
  enterSends: boolean;
  onInsert: (text: string) => void;
  onReplies: () => void;
  onFiles: (files: File[]) => void;
  onDialog: (name: DialogName) => void;
  onRecord: () => void;
  send: Omit<SendProps, keyof State>;
}

type State = Pick<SendProps, "mode" | "sendable" | "enterSends" | "obstacle" | "uploading" | "blocked" | "limits">;

/** What can be added, how much room is left, and the button that sends. */
export function Footer(props: Props) {
  return (
    <div className={classes.footer}>
      <Tools {...props} />
      <span className={classes.spring} />
      <Counter {...props} />
      <SendButton {...props} {...props.send} />
    </div>
  );
}

function Tools({ mode, limits, recording, onInsert, onReplies, onFiles, onDialog, onRecord }: Props) {
  const { t } = useTranslation("composer");
  const [emoji, setEmoji] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const capabilities = limits?.capabilities;
  const reply = mode === "reply";
  const takesFiles = !reply || capabilities === undefined || capabilities.files.length > 0;
  const voice = capabilities?.voice;
  const noVoice = voice
    ? canRecord(voice.mime_types)
      ? undefined
      : t("voice.no_format")
    : t(capabilities === undefined ? "send.loading" : "tools.no_voice");
  return (
    <div className={classes.tools} role="toolbar" aria-label={t("tools.label")}>
      <Popover opened={emoji} onChange={setEmoji} position="top-start" trapFocus returnFocus withinPortal>
        <Popover.Target>
          <IconButton label={t("tools.emoji")} pressed={emoji} tooltipPosition="top" onClick={() => setEmoji(!emoji)}>
            <IconMoodSmile size={18} />
          </IconButton>
        </Popover.Target>
        <Popover.Dropdown p={0} aria-label={t("tools.emoji")}>
          <Suspense fallback={<div className={classes.emojiPanel} />}>
            <EmojiPicker
              onChoose={(chosen) => {
                setEmoji(false);
                // After the popover has given the focus back.
                requestAnimationFrame(() => onInsert(chosen));
              }}
            />
          </Suspense>
        </Popover.Dropdown>
      </Popover>
      <IconButton label={t("tools.replies")} keys="/" tooltipPosition="top" onClick={onReplies}>
        <IconBolt size={18} />
      </IconButton>
      <IconButton
        label={t("tools.file")}
        tooltipPosition="top"
        disabledReason={takesFiles ? undefined : t("tools.no_files")}
        onClick={() => input.current?.click()}
      >
        <IconPaperclip size={18} />
      </IconButton>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-composer-files
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
      {reply && capabilities?.templates === true && (
        <IconButton label={t("tools.template")} tooltipPosition="top" onClick={() => onDialog("template")}>
          <IconTemplate size={18} />
        </IconButton>
      )}
      {reply && (
        <IconButton
          label={t("tools.voice")}
          tooltipPosition="top"
          pressed={recording}
          disabledReason={noVoice}
          onClick={onRecord}
        >
          <IconMicrophone size={18} />
        </IconButton>
      )}
      {reply && <More limits={limits} onDialog={onDialog} />}
    </div>
  );
}

function More({ limits, onDialog }: Pick<Props, "limits" | "onDialog">) {
  const { t } = useTranslation("composer");
  const sends = limits?.capabilities.sends ?? [];
  const types = limits?.capabilities.interactive?.types ?? [];
  const interactive = sends.includes("interactive") && types.length > 0;
  const location = sends.includes("location");
  const contact = sends.includes("contacts");
  if (limits !== undefined && !interactive && !location && !contact) return null;
  return (
    <Menu position="top-start">
      <Menu.Target>
        <IconButton label={t("tools.more")} tooltipPosition="top">
          <IconPlus size={18} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconListDetails size={18} />}
          disabled={!interactive}
          onClick={() => onDialog("interactive")}
        >
          {t("tools.interactive")}
          {!interactive && <small className={classes.notHere}>{t("tools.not_here")}</small>}
        </Menu.Item>
        <Menu.Item leftSection={<IconMapPin size={18} />} disabled={!location} onClick={() => onDialog("location")}>
          {t("tools.location")}
          {!location && <small className={classes.notHere}>{t("tools.not_here")}</small>}
        </Menu.Item>
        <Menu.Item leftSection={<IconAddressBook size={18} />} disabled={!contact} onClick={() => onDialog("contact")}>
          {t("tools.contact")}
          {!contact && <small className={classes.notHere}>{t("tools.not_here")}</small>}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Counter({ draft, mode, limits }: Props) {
  const { t } = useTranslation("composer");
  const { language } = usePreferences();
  const limit = limits && textLimit(mode, limits);
  const left = limit ? unitsLeft(draft.text, limit.max_length, limit.unit) : null;
  const parts = limits ? partsCount(draft, mode, limits) : 1;
  if (left === null && parts > 1) {
    return (
      <span className={classes.counter} role="status">
        {t("goes_in_parts", { count: parts })}
      </span>
    );
  }
  if (left === null) return null;
  const shown = new Intl.NumberFormat(language).format(left);
  return (
    <span className={classes.counter} data-over={left < 0 || undefined} title={t("characters_left", { count: left })}>
      {shown}
    </span>
  );
}
