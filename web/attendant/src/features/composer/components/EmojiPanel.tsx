import { EmojiPicker } from "frimousse";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { usePreferences } from "@/shared/storage/preferences";

import { emojiData } from "../api/emoji";
import classes from "./composer.module.css";

const COLUMNS = 9;

/** All emojis with search, by mouse and arrows. */
export function EmojiPanel({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { t } = useTranslation("composer");
  const { language } = usePreferences();
  const root = useRef<HTMLDivElement>(null);
  // The popover looked for what takes the focus before this part was loaded.
  useEffect(() => root.current?.querySelector("input")?.focus(), []);
  return (
    <EmojiPicker.Root
      ref={root}
      className={classes.emojiPanel}
      locale={language}
      columns={COLUMNS}
      resolveEmojiData={resolve}
      onEmojiSelect={({ emoji }) => onChoose(emoji)}
    >
      <EmojiPicker.Search
        className={classes.emojiSearch}
        placeholder={t("emoji.search")}
        aria-label={t("emoji.search")}
      />
      <EmojiPicker.Viewport className={classes.emojiViewport}>
        <EmojiPicker.Loading className={classes.emojiEmpty}>{t("emoji.loading")}</EmojiPicker.Loading>
        <EmojiPicker.Empty className={classes.emojiEmpty}>{t("emoji.none")}</EmojiPicker.Empty>
        <EmojiPicker.List
          components={{
            CategoryHeader: ({ category, ...rest }) => (
              <div {...rest} className={classes.emojiGroup}>
                {category.label}
              </div>
            ),
            Row: ({ children, ...rest }) => (
              <div {...rest} className={classes.emojiRow}>
                {children}
              </div>
            ),
            Emoji: ({ emoji, ...rest }) => (
              <button {...rest} type="button" className={classes.emoji} data-active={emoji.isActive || undefined}>
                {emoji.emoji}
              </button>
            ),
          }}
        />
      </EmojiPicker.Viewport>
    </EmojiPicker.Root>
  );
}

const resolve = (locale: string) => emojiData(locale === "en" || locale === "es" ? locale : "pt-BR");
