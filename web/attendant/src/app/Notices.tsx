import { Notifications } from "@mantine/notifications";

import classes from "./App.module.css";

/** What the client says in passing. Not over the field where one writes. */
export function Notices({ listWidth }: { listWidth: number }) {
  return (
    <Notifications
      position="bottom-left"
      className={classes.notifications}
      __vars={{ "--list-width": `${listWidth}px` }}
    />
  );
}
