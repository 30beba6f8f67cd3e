import { keyLabels } from "@/shared/keyboard/keys";

import classes from "./Kbd.module.css";

interface Props {
  keys: string;
  /** Read by screen readers too; without, they get the keys by `aria-keyshortcuts` of the element beside. */
  named?: boolean;
}

/** The keys of a shortcut as they are printed on the keyboard. */
export function Kbd({ keys, named = false }: Props) {
  return (
    <span className={classes.keys} aria-hidden={named ? undefined : true}>
      {keyLabels(keys).map((chord, at) => (
        <kbd key={at} className={classes.key}>
          {chord.join(" ")}
        </kbd>
      ))}
    </span>
  );
}
