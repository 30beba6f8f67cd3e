/** Short messages at the edge of the screen: what was done, with a way back, and what could not be done. */
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

import type { Author, Conversation } from "@/shared/api/types";
import { neutralName } from "@/shared/text/neutral";

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

interface Step {
  /** Of its notice; a further one of the same takes its place. */
  id: string;
  message: string;
  label: string;
  step: () => void;
  /** It went well: no alarm, and it goes by itself. */
  done?: boolean;
}

/** Says what happened, with the step that it asks for; it stays until it is taken or put away. */
export function showStep({ id, message, label, step, done = false }: Step): void {
  const once = () => {
    notifications.hide(id);
    step();
  };
  notifications.hide(id);
  notifications.show({
    id,
    ...(done ? { autoClose: 10_000 } : { color: "red", autoClose: false }),
    message: (
      <span className={classes.line}>
        <span>{message}</span>
        <Button size="compact-sm" variant="subtle" onClick={once}>
          {label}
        </Button>
      </span>
    ),
  });
}

interface Moved {
  conversation: Conversation;
  is: "given" | "taken" | "released";
  by: Author;
}

/** Says that a colleague gave a conversation to the person or took it from them, and offers to open it. */
export function showHandover({ conversation, is, by }: Moved, open: () => void): void {
  const id = `handover-${conversation.id}`; // a further one of the same conversation takes its place
  notifications.hide(id);
  const step = () => {
    notifications.hide(id);
    open();
  };
  const message = <MovedLine conversation={conversation} is={is} by={by} open={step} />;
  notifications.show({ id, message, autoClose: 10_000 });
}

function MovedLine({ conversation, is, by, open }: Moved & { open: () => void }) {
  const { t } = useTranslation("app");
  const nameOf = (name: string | null | undefined, none: string) => neutralName(name ?? "") || none;
  const someone = t("handover.someone");
  const names = {
    name: nameOf(conversation.contact.name, t("handover.nameless")),
    by: nameOf(by.name, someone),
    to: nameOf(conversation.assignee?.name, someone),
  };
  return (
    <span className={classes.line}>
      <span>{t(`handover.${is === "given" && by.type === "system" ? "routed" : is}`, names)}</span>
      <Button size="compact-sm" variant="subtle" onClick={open}>
        {t("handover.open")}
      </Button>
    </span>
  );
}

/** Says that a text gave way to a later one of another device, and offers to put it back. */
export function showReplacedDraft(name: string | null, putBack: () => void): void {
  const id = crypto.randomUUID();
  const once = () => {
    notifications.hide(id);
    putBack();
  };
  notifications.show({ id, message: <ReplacedDraft name={name} putBack={once} />, autoClose: 20_000 });
}

function ReplacedDraft({ name, putBack }: { name: string | null; putBack: () => void }) {
  const { t } = useTranslation("app");
  return (
    <span className={classes.line}>
      <span>{t("draft.replaced", { name: neutralName(name ?? "") || t("handover.nameless") })}</span>
      <Button size="compact-sm" variant="subtle" onClick={putBack}>
        {t("draft.put_back")}
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
