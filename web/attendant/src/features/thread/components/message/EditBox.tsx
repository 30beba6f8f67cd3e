import { Button } from "@mantine/core";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { isComposing } from "@/shared/keyboard/composing";

import { useThreadActions } from "../../hooks/threadContext";
import classes from "./message.module.css";

/** A message's text to be changed, in its own place. */
export function EditBox({ message }: { message: Message }) {
  const { t } = useTranslation("thread");
  const { editing, saveEdit, fitsText, backToComposer } = useThreadActions();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(editing.textOf(message.id) ?? message.text ?? "");
  const [saving, setSaving] = useState(false);
  const fits = fitsText(text, message);
  const sendable = text.trim() !== "" && fits && !saving;
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, []);
  const close = () => {
    editing.end(message.id);
    backToComposer();
  };
  const save = async () => {
    if (!sendable) return;
    if (text === message.text) {
      close();
      return;
    }
    setSaving(true);
    if (await saveEdit(message, text)) close();
    else setSaving(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.shiftKey) void save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={classes.edit}>
      <textarea
        ref={field}
        className={classes.editField}
        rows={Math.min(10, Math.max(2, text.split("\n").length))}
        dir="auto"
        value={text}
        aria-label={t("deed.edit_field")}
        onChange={(event) => {
          setText(event.target.value);
          editing.type(message.id, event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
      <span className={classes.failureMore}>
        <Button size="compact-sm" onClick={() => void save()} loading={saving} aria-disabled={!sendable || undefined}>
          {t("deed.save")}
        </Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={close}>
          {t("deed.cancel")}
        </Button>
        <small className={classes.editHint} data-over={!fits || undefined} role={fits ? undefined : "alert"}>
          {t(fits ? "deed.edit_hint" : "deed.too_long")}
        </small>
      </span>
    </div>
  );
}
