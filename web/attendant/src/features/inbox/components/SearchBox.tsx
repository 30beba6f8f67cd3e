import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { isComposing } from "@/shared/keyboard/composing";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { Kbd } from "@/shared/ui/Kbd";

import classes from "./Toolbar.module.css";

interface Props {
  /** What is searched for now. */
  q: string;
  onSearch: (q: string) => void;
  /** Towards the results. */
  onDown: () => void;
}

const SEARCH_AFTER_MS = 250;

/** Finds conversations by customer or number: a moment after the last key, or at once with Enter. */
export function SearchBox({ q, onSearch, onDown }: Props) {
  const { t } = useTranslation("inbox");
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(q);
  const [seen, setSeen] = useState(q);
  const [sent, setSent] = useState(q);
  if (q !== seen) {
    setSeen(q);
    if (q !== sent) setText(q); // another view, or the browser's back; not what was typed here
  }
  const search = useEffectEvent((wanted: string) => {
    setSent(wanted);
    if (wanted !== q) onSearch(wanted);
  });
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === sent) return undefined;
    const timer = setTimeout(() => search(wanted), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [wanted, sent]);
  useShortcut({ keys: "/", label: t("search.label"), scope: "list", run: () => field.current?.focus() });

  function clear(): void {
    setText("");
    setSent("");
    onSearch("");
    field.current?.focus();
  }

  return (
    <TextInput
      ref={field}
      className={classes.search}
      size="sm"
      type="search"
      enterKeyHint="search"
      autoComplete="off"
      spellCheck={false}
      aria-label={t("search.label")}
      aria-keyshortcuts="/"
      placeholder={t("search.placeholder")}
      leftSection={<IconSearch size={18} stroke={1.75} aria-hidden />}
      rightSection={
        text === "" ? (
          <span className={classes.hint}>
            <Kbd keys="/" />
          </span>
        ) : (
          <CloseButton size="sm" aria-label={t("search.clear")} onClick={clear} />
        )
      }
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (isComposing(event.nativeEvent)) return;
        if (event.key === "Enter") {
          setSent(wanted);
          onSearch(wanted);
        } else if (event.key === "ArrowDown") {
          event.preventDefault();
          onDown();
        } else if (event.key === "Escape" && text !== "") {
          event.stopPropagation();
          clear();
        }
      }}
    />
  );
}
