import { Modal, TextInput } from "@mantine/core";
import { IconCheck, IconMinus, IconPlus, IconSearch } from "@tabler/icons-react";
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";

import { isComposing } from "@/shared/keyboard/composing";
import { best } from "@/shared/text/search";

import classes from "./ChoiceDialog.module.css";

export interface Choice {
  id: string;
  /** By which it is found. */
  text: string;
  shown?: ReactNode;
  /** `mixed`: some of what is changed has it. */
  checked?: boolean | "mixed";
}

interface Props {
  title: string;
  search: string;
  /** Said when nothing is found. */
  nothing: ReactNode;
  choices: readonly Choice[];
  onChoose: (choice: Choice) => void;
  /** It stays open, for one more. */
  several?: boolean;
  /** Nothing is ticked: one is chosen, and what follows takes the dialog's place. */
  plain?: boolean;
  /** Makes a new one of what was typed, where nothing is called so. */
  create?: { label: (name: string) => string; run: (name: string) => void } | undefined;
  /** Stands below the title. */
  children?: ReactNode;
  close: () => void;
}

const CREATE = "create";

/** Choosing from a list by a few letters, the arrows and Enter. */
export function ChoiceDialog({ title, close, children, ...rest }: Props) {
  const { t } = useTranslation("app");
  const [before] = useState(focused);
  // Drawn with its key and not after it, so that what is typed next reaches its field and nothing behind it.
  const leave = () => {
    flushSync(close);
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
  return (
    <Modal
      opened
      onClose={leave}
      title={title}
      size={420}
      padding="md"
      closeButtonProps={{ "aria-label": t("actions.close") }}
    >
      {children}
      <Choices title={title} leave={leave} {...rest} />
    </Modal>
  );
}

/** What has the focus; of a menu that closes with the choice, the button that it belongs to. */
function focused(): Element | null {
  const button = document.activeElement?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return button ? document.getElementById(button) : document.activeElement;
}

type ChoicesProps = Omit<Props, "close" | "children"> & { leave: () => void };

function Choices({
  title,
  search,
  nothing,
  choices,
  onChoose,
  several = false,
  plain = false,
  create,
  leave,
}: ChoicesProps) {
  const id = useId();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  const wanted = words.trim();
  const found: Choice[] = wanted === "" ? [...choices] : best(wanted, choices, ({ text }) => text);
  const same = choices.some(({ text }) => text.localeCompare(wanted, undefined, { sensitivity: "base" }) === 0);
  if (create !== undefined && wanted !== "" && !same) found.push({ id: CREATE, text: create.label(wanted) });
  const current = found[Math.min(at, found.length - 1)];
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [current?.id]);

  const choose = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    if (!several) leave();
    if (choice.id === CREATE) create?.run(wanted);
    else onChoose(choice);
    if (words !== "") setAt(0);
    setWords("");
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) leave();
    else if (event.key === "Enter") choose(current);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        ref={input}
        data-autofocus
        leftSection={<IconSearch size={18} aria-hidden />}
        aria-label={search}
        placeholder={search}
        maxLength={60}
        value={words}
        onChange={({ currentTarget }) => {
          setWords(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={found.length > 0 ? `${id}-list` : undefined}
        aria-activedescendant={current && `${id}-${current.id}`}
      />
      {found.length === 0 ? (
        <div className={classes.nothing}>{nothing}</div>
      ) : (
        <ul
          ref={list}
          className={classes.list}
          id={`${id}-list`}
          role="listbox"
          aria-label={title}
          aria-multiselectable={(several && !plain) || undefined}
        >
          {found.map((choice, index) => (
            <li
              key={choice.id}
              id={`${id}-${choice.id}`}
              role="option"
              aria-selected={choice === current}
              aria-checked={choice.id === CREATE || plain ? undefined : (choice.checked ?? false)}
              className={classes.choice}
              onPointerMove={() => setAt(index)}
              onClick={() => choose(choice)}
            >
              <Mark choice={choice} several={several && !plain} />
              <span className={classes.text}>{choice.shown ?? <bdi>{choice.text}</bdi>}</span>
              {!several && choice.checked && <IconCheck size={18} aria-hidden />}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Mark({ choice, several }: { choice: Choice; several: boolean }) {
  if (choice.id === CREATE) return <IconPlus size={18} aria-hidden />;
  if (!several) return null;
  return (
    <span className={classes.box} data-checked={choice.checked || undefined}>
      {choice.checked === true && <IconCheck size={14} stroke={2.5} aria-hidden />}
      {choice.checked === "mixed" && <IconMinus size={14} stroke={2.5} aria-hidden />}
    </span>
  );
}
