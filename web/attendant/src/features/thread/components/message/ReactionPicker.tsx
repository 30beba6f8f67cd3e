import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";

import { useThreadActions } from "../../hooks/threadContext";
import classes from "./message.module.css";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;

/** The usual reactions; ours is pressed in, and pressed again it is taken away. */
export function ReactionPicker({ message, done }: { message: Message; done: () => void }) {
  const { t } = useTranslation("thread");
  const { react } = useThreadActions();
  const ours = message.reactions.find((one) => one.author.type !== "contact")?.emoji;
  return (
    <div className={classes.picker} role="group" aria-label={t("action.react")}>
      {EMOJI.map((emoji) => (
        <button
          key={emoji}
          type="button"
          className={classes.pick}
          aria-pressed={ours === emoji}
          onClick={() => {
            react(message, emoji);
            done();
          }}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
