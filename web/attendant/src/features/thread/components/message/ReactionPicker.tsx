import { IconPlus } from "@tabler/icons-react";
import { Suspense, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { EmojiPicker } from "@/features/composer";
import type { Message } from "@/shared/api/types";

import { useThreadActions } from "../../hooks/threadContext";
import { allowedEmoji } from "../../model/deeds";
import classes from "./message.module.css";

const USUAL: readonly string[] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** The usual reactions, and all others behind the plus; ours is pressed in, and pressed again it is taken away. */
export function ReactionPicker({ message, done }: { message: Message; done: () => void }) {
  const { t } = useTranslation("thread");
  const { react, reactionEmoji } = useThreadActions();
  const [all, setAll] = useState(false);
  const ours = message.reactions.find((one) => one.author.type !== "contact")?.emoji;
  const choose = (emoji: string) => {
    react(message, emoji);
    done();
  };
  const usual = usualOf(reactionEmoji);
  const shown = ours === undefined || usual.includes(ours) ? usual : [...usual, ours];
  const others = reactionEmoji?.filter((emoji) => !shown.includes(emoji));
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
        {others?.length !== 0 && (
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
        )}
      </div>
      {all && others && (
        <div className={classes.otherEmoji} role="group" aria-label={t("action.react_more")} onKeyDown={keepArrows}>
          {others.map((emoji) => (
            <button key={emoji} type="button" className={classes.pick} onClick={() => choose(emoji)}>
              {emoji}
            </button>
          ))}
        </div>
      )}
      {all && !others && (
        <div onKeyDown={keepArrows}>
          <Suspense fallback={<div className={classes.allEmoji} />}>
            <EmojiPicker onChoose={choose} />
          </Suspense>
        </div>
      )}
    </>
  );
}

/** The usual ones that the channel has, as it writes them; of a channel without any of them, its first ones. */
function usualOf(allowed: readonly string[] | null): readonly string[] {
  if (allowed === null) return USUAL;
  const usual = USUAL.flatMap((emoji) => allowedEmoji(emoji, allowed) ?? []);
  return usual.length > 0 ? usual : allowed.slice(0, USUAL.length);
}

/** The menu around it would go to its own items. */
function keepArrows(event: KeyboardEvent): void {
  if (event.key.startsWith("Arrow")) event.stopPropagation();
}
