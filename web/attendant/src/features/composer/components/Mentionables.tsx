import { useTranslation } from "react-i18next";

import { neutralName } from "@/shared/text/neutral";
import { Avatar } from "@/shared/ui/Avatar";

import type { useMentionCompletion } from "../hooks/useMentionCompletion";
import classes from "./composer.module.css";

/** Colleagues who fit `@ana`, above the field. The focus stays in the field. */
export function Mentionables({ completion }: { completion: ReturnType<typeof useMentionCompletion> }) {
  const { t } = useTranslation("desk");
  if (!completion.open) return null;
  return (
    <ul className={classes.completions} role="listbox" id={completion.listId} aria-label={t("mention.label")}>
      {completion.found.map((one, at) => (
        <li
          key={one.id}
          id={completion.optionId(one)}
          role="option"
          aria-selected={at === completion.index}
          className={classes.completion}
          onMouseDown={(event) => {
            event.preventDefault(); // the field keeps the focus
            completion.choose(one);
          }}
        >
          <Avatar id={one.id} name={one.name} size={20} /> <bdi>{neutralName(one.name)}</bdi>
        </li>
      ))}
    </ul>
  );
}
