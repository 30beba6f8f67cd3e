import { Modal, VisuallyHidden } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";

import { isComposing } from "@/shared/keyboard/composing";
import { useCommands, useShortcut } from "@/shared/keyboard/useShortcut";
import { Kbd } from "@/shared/ui/Kbd";

import { answers, commandEntries, type PaletteEntry, type PaletteSource } from "../entries";
import classes from "./CommandPalette.module.css";

interface Props {
  /** What is searched besides the actions; `query` is what stands in the box. */
  useSources: (query: string) => { sources: readonly PaletteSource[]; searching: boolean };
}

/** Every action, page and conversation by a few letters: `Ctrl/Cmd-K`. */
export function CommandPalette({ useSources }: Props) {
  const { t } = useTranslation("app");
  const [opened, setOpened] = useState(false);
  const before = useRef<Element | null>(null);
  useShortcut({
    keys: "mod+k",
    label: t("palette.open"),
    scope: "global",
    notInPalette: true,
    run: () => {
      before.current = document.activeElement;
      setOpened(true);
    },
  });
  // Drawn with its key and not after it, so that what is typed next cannot reach what lies behind. A dialog that is not
  // drawn does not give the focus back by itself.
  const close = () => {
    flushSync(() => setOpened(false));
    if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
  };
  if (!opened) return null;
  return (
    <Modal
      opened
      onClose={close}
      withCloseButton={false}
      attributes={{ content: { "aria-label": t("palette.title") } }}
      size={620}
      yOffset="12vh"
      padding={0}
    >
      <Palette useSources={useSources} close={close} />
    </Modal>
  );
}

function Palette({ useSources, close }: Props & { close: () => void }) {
  const { t } = useTranslation("app");
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands();
  const { sources, searching } = useSources(query);
  const found = answers(query, [{ heading: t("palette.actions"), entries: commandEntries(commands) }, ...sources]);
  const entries = found.flatMap((source) => source.entries);
  const chosen = Math.min(at, entries.length - 1);

  useLayoutEffect(() => input.current?.focus(), []);

  const run = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    close();
    // After the dialog has given the focus back, so that the action may move it.
    setTimeout(entry.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && entries.length > 0) {
      event.preventDefault();
      setAt((chosen + step + entries.length) % entries.length);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      run(entries[chosen]);
    }
  };

  return (
    <>
      <div className={classes.box}>
        <IconSearch size={18} stroke={1.75} aria-hidden="true" />
        <input
          ref={input}
          className={classes.input}
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `${listId}-${chosen}` : undefined}
          aria-label={t("palette.label")}
          placeholder={t("palette.placeholder")}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className={classes.results} id={listId} role="listbox" aria-label={t("palette.title")} tabIndex={-1}>
        {found.map((source) => (
          <div key={source.heading} role="group" aria-label={source.heading}>
            <div className={classes.heading} aria-hidden="true">
              {source.heading}
            </div>
            {source.entries.map((entry) => {
              const index = entries.indexOf(entry);
              return (
                <Option
                  key={entry.id}
                  id={`${listId}-${index}`}
                  entry={entry}
                  chosen={index === chosen}
                  choose={() => setAt(index)}
                  run={() => run(entry)}
                />
              );
            })}
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className={classes.none}>{searching ? t("palette.searching") : t("palette.none")}</p>}
      <VisuallyHidden role="status">{query !== "" && t("palette.results", { count: entries.length })}</VisuallyHidden>
    </>
  );
}

interface OptionProps {
  id: string;
  entry: PaletteEntry;
  chosen: boolean;
  choose: () => void;
  run: () => void;
}

function Option({ id, entry, chosen, choose, run }: OptionProps) {
  return (
    <div
      ref={(element) => {
        if (chosen) element?.scrollIntoView({ block: "nearest" });
      }}
      id={id}
      role="option"
      aria-selected={chosen}
      className={classes.option}
      onMouseMove={chosen ? undefined : choose}
      onClick={run}
    >
      {entry.icon !== undefined && <span className={classes.icon}>{entry.icon}</span>}
      <span className={classes.label}>
        {entry.label}
        {entry.detail !== undefined && <span className={classes.detail}>{entry.detail}</span>}
      </span>
      {entry.keys !== undefined && <Kbd keys={entry.keys} />}
    </div>
  );
}
