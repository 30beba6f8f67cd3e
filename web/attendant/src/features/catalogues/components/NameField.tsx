import { TextInput, UnstyledButton } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useDraft } from "@/features/settings";
import { isComposing } from "@/shared/keyboard/composing";

import { useChangeItem, type Item, type Kind } from "../api/catalogue";
import classes from "./catalogues.module.css";
import { useRefusalText } from "./refusals";

/** The name, changed where it stands: a click, Enter to save, Escape to leave it as it was. */
export function NameField({ kind, item: { id, name, version } }: { kind: Kind; item: Item }) {
  const { t } = useTranslation("marks");
  const [open, setOpen] = useState(false);
  const { values, set, reset, over, failed } = useDraft({ name }, { version });
  const change = useChangeItem(kind);
  const refusal = useRefusalText();
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !open) button.current?.focus();
    wasOpen.current = open;
  }, [open]);
  const leave = () => {
    change.reset();
    reset();
    setOpen(false);
  };
  const save = () => {
    const to = values.name.trim();
    if (to === "" || to === name) leave();
    else change.mutate({ id, version: over, changes: { name: to } }, { onSuccess: leave, onError: failed });
  };
  if (!open) {
    return (
      <UnstyledButton
        ref={button}
        className={classes.name}
        aria-label={t("list.rename", { name })}
        title={t("list.rename", { name })}
        onClick={() => setOpen(true)}
      >
        <bdi>{name}</bdi>
      </UnstyledButton>
    );
  }
  return (
    <TextInput
      className={classes.nameInput}
      aria-label={t("list.rename", { name })}
      autoFocus
      maxLength={60}
      value={values.name}
      error={change.error ? refusal(change.error, t(`of.${kind}.failed.change`)) : undefined}
      onChange={({ currentTarget }) => {
        set({ name: currentTarget.value });
        if (change.error) change.reset();
      }}
      onFocus={({ currentTarget }) => currentTarget.select()}
      onBlur={() => {
        if (!change.error) save();
      }}
      onKeyDown={(event) => {
        if (isComposing(event.nativeEvent)) return;
        if (event.key === "Enter") save();
        else if (event.key === "Escape") leave();
      }}
    />
  );
}
