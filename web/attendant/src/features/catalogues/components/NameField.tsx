import { TextInput, UnstyledButton } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { isComposing } from "@/shared/keyboard/composing";

import { useChangeItem, type Item, type Kind } from "../api/catalogue";
import classes from "./catalogues.module.css";
import { useRefusalText } from "./refusals";

/** The name, changed where it stands: a click, Enter to save, Escape to leave it as it was. */
export function NameField({ kind, item: { id, name } }: { kind: Kind; item: Item }) {
  const { t } = useTranslation("marks");
  const [typed, setTyped] = useState<string | null>(null);
  const change = useChangeItem(kind);
  const refusal = useRefusalText();
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  const open = typed !== null;
  useEffect(() => {
    if (wasOpen.current && !open) button.current?.focus();
    wasOpen.current = open;
  }, [open]);
  const leave = () => {
    change.reset();
    setTyped(null);
  };
  const save = () => {
    const to = typed?.trim() ?? "";
    if (to === "" || to === name) leave();
    else change.mutate({ id, changes: { name: to } }, { onSuccess: leave });
  };
  if (typed === null) {
    return (
      <UnstyledButton
        ref={button}
        className={classes.name}
        aria-label={t("list.rename", { name })}
        title={t("list.rename", { name })}
        onClick={() => setTyped(name)}
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
      value={typed}
      error={change.error ? refusal(change.error, t(`of.${kind}.failed.change`)) : undefined}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
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
