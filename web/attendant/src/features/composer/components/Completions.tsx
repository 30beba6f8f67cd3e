import type { ReactNode } from "react";

import type { CompletionList } from "../hooks/useCompletionList";
import classes from "./composer.module.css";

interface Props<One> {
  completion: CompletionList<One>;
  label: string;
  children: (one: One) => ReactNode;
}

/** What fits, above the field. The focus stays in the field. */
export function Completions<One>({ completion, label, children }: Props<One>) {
  if (!completion.open) return null;
  return (
    <ul className={classes.completions} role="listbox" id={completion.listId} aria-label={label}>
      {completion.found.map((one, at) => (
        <li
          key={completion.idOf(one)}
          id={completion.optionId(one)}
          role="option"
          aria-selected={at === completion.index}
          className={classes.completion}
          onMouseDown={(event) => {
            event.preventDefault(); // the field keeps the focus
            completion.choose(one);
          }}
        >
          {children(one)}
        </li>
      ))}
    </ul>
  );
}
