import { keyLabels } from "@/shared/keyboard/keys";

import classes from "./Kbd.module.css";

/** The keys of a shortcut as they are printed on the keyboard. Screen readers get them by `aria-keyshortcuts`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className={classes.keys} aria-hidden="true">
      {keyLabels(keys).map((chord, at) => (
        <kbd key={at} className={classes.key}>
          {chord.join(" ")}
        </kbd>
      ))}
    </span>
  );
}
