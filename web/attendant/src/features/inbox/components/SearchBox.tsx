import { CloseButton, Popover, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { RecentSearches } from "@/features/search";
import { isComposing } from "@/shared/keyboard/composing";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { Kbd } from "@/shared/ui/Kbd";

import classes from "./Toolbar.module.css";

interface Props {
  /** What is searched for now. */
  q: string;
  onSearch: (q: string) => void;
  /** Somebody has pressed Enter: worth remembering. */
  onChosen: (q: string) => void;
  /** Towards the results. */
  onDown: () => void;
}

const SEARCH_AFTER_MS = 250;

/** Finds messages, customers and conversations: a moment after the last key, or at once with Enter. */
export function SearchBox({ q, onSearch, onChosen, onDown }: Props) {
  const { t } = useTranslation("inbox");
  const field = useRef<HTMLInputElement>(null);
  const offered = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(q);
  const [seen, setSeen] = useState(q);
  const [sent, setSent] = useState(q);
  const [offers, setOffers] = useState(false);
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

  function choose(chosen: string): void {
    setText(chosen);
    setSent(chosen);
    setOffers(false);
    onSearch(chosen);
    field.current?.focus();
  }

  const box = (
    <TextInput
      ref={field}
      className={classes.search}
      onFocus={() => setOffers(true)}
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
          onChosen(wanted);
        } else if (event.key === "ArrowDown") {
          event.preventDefault();
          const recent = offered.current?.querySelector<HTMLElement>("[data-recent]");
          if (recent) recent.focus();
          else onDown();
        } else if (event.key === "Escape" && text !== "") {
          event.stopPropagation();
          clear();
        }
      }}
    />
  );
  return (
    <Popover
      opened={offers && text === ""}
      onChange={setOffers}
      position="bottom-start"
      width="target"
      withRoles={false}
      closeOnEscape
    >
      <Popover.Target>{box}</Popover.Target>
      <Popover.Dropdown ref={offered} className={classes.offers}>
        <RecentSearches onChoose={choose} />
      </Popover.Dropdown>
    </Popover>
  );
}
