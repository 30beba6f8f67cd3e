import { IconPlus } from "@tabler/icons-react";
import { Suspense, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { EmojiPicker } from "@/features/composer";
import type { Message } from "@/shared/api/types";

import { useThreadActions } from "../../hooks/threadContext";
import classes from "./message.module.css";

const USUAL: readonly string[] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** The usual reactions, and all others behind the plus; ours is pressed in, and pressed again it is taken away. */
export function ReactionPicker({ message, done }: { message: Message; done: () => void }) {
  const { t } = useTranslation("thread");
  const { react } = useThreadActions();
  const [all, setAll] = useState(false);
  const ours = message.reactions.find((one) => one.author.type !== "contact")?.emoji;
  const choose = (emoji: string) => {
    react(message, emoji);
    done();
  };
  const shown = ours === undefined || USUAL.includes(ours) ? USUAL : [...USUAL, ours];
  return (
    <>
      <div className={classes.picker} role="group" aria-label={t("action.react")}>
        {shown.map((emoji) => (
          <button
            key={emoji}
            type="button"
            className={classes.pick}
            aria-pressed={ours === emoji}
            onClick={() => choose(emoji)}
          >
            {emoji}
          </button>
        ))}
        <button
          type="button"
          className={classes.pick}
          aria-label={t("action.react_more")}
          aria-expanded={all}
          title={t("action.react_more")}
          onClick={() => setAll(!all)}
        >
          <IconPlus size={18} aria-hidden />
        </button>
      </div>
      {all && (
        <div onKeyDown={keepArrows}>
          <Suspense fallback={<div className={classes.allEmoji} />}>
            <EmojiPicker onChoose={choose} />
          </Suspense>
        </div>
      )}
    </>
  );
}

/** The menu around it would go to its own items. */
function keepArrows(event: KeyboardEvent): void {
  if (event.key.startsWith("Arrow")) event.stopPropagation();
}
