import { IconCircleCheck, IconMoon } from "@tabler/icons-react";

import classes from "./hours.module.css";

/** "Aberto agora. Fecha às 18:00": with a sign, so that it is not told by its colour alone. */
export function OpenNow({ open, words }: { open: boolean; words: string }) {
  return (
    <span className={classes.now} data-open={open || undefined}>
      {open ? (
        <IconCircleCheck size={16} stroke={1.75} aria-hidden />
      ) : (
        <IconMoon size={16} stroke={1.75} aria-hidden />
      )}
      {words}
    </span>
  );
}
