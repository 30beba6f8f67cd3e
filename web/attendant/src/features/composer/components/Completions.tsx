import { useTranslation } from "react-i18next";

import type { useEmojiCompletion } from "../hooks/useEmojiCompletion";
import classes from "./composer.module.css";

/** What fits `:smi`, above the field. The focus stays in the field. */
export function Completions({ completion }: { completion: ReturnType<typeof useEmojiCompletion> }) {
  const { t } = useTranslation("composer");
  if (!completion.open) return null;
  return (
    <ul className={classes.completions} role="listbox" id={completion.listId} aria-label={t("emoji.suggestions")}>
      {completion.found.map((one, at) => (
        <li
          key={one.code}
          id={completion.optionId(one)}
          role="option"
          aria-selected={at === completion.index}
          className={classes.completion}
          onMouseDown={(event) => {
            event.preventDefault(); // the field keeps the focus
            completion.choose(one);
          }}
        >
          <span aria-hidden="true">{one.emoji}</span> :{one.code}:
        </li>
      ))}
    </ul>
  );
}
