/** Short messages at the edge of the screen: what was done, with a way back, and what could not be done. */
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

import { CopyCode } from "./CopyCode";
import classes from "./notify.module.css";

interface Undoable {
  /** What was done. */
  message: string;
  undo: () => void;
  seconds?: number;
}

let latest: { id: string; undo: () => void } | null = null;

/** Says what was done and offers to undo it, by a click or by `undoLatest`. */
export function undoable({ message, undo, seconds = 8 }: Undoable): void {
  const id = crypto.randomUUID();
  const once = () => {
    notifications.hide(id);
    if (latest?.id === id) latest = null;
    undo();
  };
  latest = { id, undo: once };
  notifications.show({
    id,
    message: <Done message={message} undo={once} />,
    autoClose: seconds * 1000,
    onClose: () => {
      if (latest?.id === id) latest = null;
    },
  });
}

/** Undo what was offered last; false when nothing is offered any more. */
export function undoLatest(): boolean {
  const offered = latest;
  offered?.undo();
  return offered !== null;
}

function Done({ message, undo }: { message: string; undo: () => void }) {
  const { t } = useTranslation("app");
  return (
    <span className={classes.line}>
      <span>{message}</span>
      <Button size="compact-sm" variant="subtle" onClick={undo}>
        {t("actions.undo")}
      </Button>
    </span>
  );
}

export function notifyDone(message: string): void {
  notifications.show({ message, autoClose: 4000 });
}

/** What could not be done. Use it where there is no place beside the action itself. */
export function notifyFailed(title: string, text: string, code?: string): void {
  notifications.show({
    title,
    message: (
      <>
        {text} {code !== undefined && <CopyCode code={code} />}
      </>
    ),
    color: "red",
    autoClose: 10_000,
  });
}
