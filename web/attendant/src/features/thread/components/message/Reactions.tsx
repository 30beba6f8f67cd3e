import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";

import { useThreadActions } from "../../hooks/threadContext";
import classes from "./message.module.css";

/** Who reacted with what; ours is taken away by a click, the customer's is answered with the same. */
export function Reactions({ message }: { message: Message }) {
  const { t } = useTranslation("thread");
  const { customer, react, cannotReact } = useThreadActions();
  if (message.reactions.length === 0) return null;
  const chips = new Map<string, { names: string[]; ours: boolean }>();
  for (const { emoji, author } of message.reactions) {
    const chip = chips.get(emoji) ?? { names: [], ours: false };
    chip.names.push(author.name ?? (author.type === "contact" ? customer : t(`author.${author.type}`)));
    chip.ours ||= author.type !== "contact";
    chips.set(emoji, chip);
  }
  const hindrance = cannotReact(message);
  return (
    <div className={classes.reactions}>
      {[...chips].map(([emoji, { names, ours }]) => (
        <button
          key={emoji}
          type="button"
          className={classes.reaction}
          aria-pressed={ours}
          aria-disabled={hindrance !== null || undefined}
          title={hindrance === null ? names.join(", ") : `${names.join(", ")} · ${hindrance}`}
          aria-label={t("reaction.by", { emoji, names: names.join(", ") })}
          onClick={() => hindrance === null && react(message, emoji)}
        >
          <span aria-hidden>{emoji}</span>
          {names.length > 1 && <span className={classes.reactionCount}>{names.length}</span>}
        </button>
      ))}
    </div>
  );
}
