import { Modal, TextInput } from "@mantine/core";
import { IconCheck, IconInbox, IconSearch } from "@tabler/icons-react";
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useColleagues } from "@/shared/conversations/colleagues";
import { isComposing } from "@/shared/keyboard/composing";
import { useMe } from "@/shared/session/SessionProvider";
import { Avatar } from "@/shared/ui/Avatar";
import { PersonName } from "@/shared/ui/SafeText";

import classes from "./header.module.css";

interface Props {
  opened: boolean;
  conversation: Conversation;
  close: () => void;
  /** null: back to the queue. */
  assign: (to: { id: string; name: string } | null) => void;
}

/** In the place of a colleague's id. */
const QUEUE = "queue";

/** Who goes on with the conversation: by name, with the arrows and Enter. */
export function AssignDialog({ opened, ...rest }: Props) {
  return opened ? <Opened {...rest} /> : null;
}

/**
 * Drawn with its key and not after it, so that what is typed next reaches its field and nothing behind it. A dialog that
 * is not drawn does not give the focus back by itself.
 */
function Opened({ close, ...rest }: Omit<Props, "opened">) {
  const { t } = useTranslation("thread");
  const [before] = useState(focused);
  const leave = () => {
    flushSync(close);
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
  return (
    <Modal
      opened
      onClose={leave}
      title={t("assign.title")}
      size={420}
      padding="md"
      closeButtonProps={{ "aria-label": t("assign.close") }}
    >
      <Choice close={leave} {...rest} />
    </Modal>
  );
}

/** What has the focus; of a menu that closes with the choice, the button that it belongs to. */
function focused(): Element | null {
  const button = document.activeElement?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return button ? document.getElementById(button) : document.activeElement;
}

function Choice({ conversation, close, assign }: Omit<Props, "opened">) {
  const { t } = useTranslation("thread");
  const me = useMe();
  const id = useId();
  const colleagues = useColleagues();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  const holder = conversation.assignee?.id;
  const others = colleagues.filter((one) => one.id !== me.id).sort((a, b) => a.name.localeCompare(b.name));
  // Who has it already does not transfer it to themselves.
  const own = holder === me.id ? [] : [{ id: me.id, name: me.name }];
  const queue = holder === undefined ? [] : [{ id: QUEUE, name: t("action.release") }];
  const people = [...own, ...others, ...queue].filter((one) => plain(one.name).includes(plain(words)));
  const chosen = people[Math.min(at, people.length - 1)];

  const choose = (person: { id: string; name: string } | undefined) => {
    if (person === undefined) return;
    close();
    if (person.id === QUEUE) assign(null);
    else if (person.id !== holder) assign({ id: person.id, name: person.name });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, people.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") choose(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        ref={input}
        data-autofocus
        leftSection={<IconSearch size={18} aria-hidden />}
        aria-label={t("assign.search")}
        placeholder={t("assign.search")}
        value={words}
        onChange={({ currentTarget }) => {
          setWords(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        role="combobox"
        aria-expanded={people.length > 0}
        aria-controls={people.length > 0 ? `${id}-list` : undefined}
        aria-activedescendant={chosen && `${id}-${chosen.id}`}
      />
      {people.length === 0 ? (
        <p className={classes.nobody}>{t("assign.nobody")}</p>
      ) : (
        <ul className={classes.people} id={`${id}-list`} role="listbox" aria-label={t("assign.title")}>
          {people.map((person, index) => (
            <li
              key={person.id}
              id={`${id}-${person.id}`}
              role="option"
              aria-selected={person === chosen}
              className={classes.person}
              onPointerMove={() => setAt(index)}
              onClick={() => choose(person)}
            >
              {person.id === QUEUE ? (
                <IconInbox size={28} stroke={1.5} aria-hidden />
              ) : (
                <Avatar id={person.id} name={person.name} size={28} />
              )}
              <span className={classes.personName}>
                <PersonName name={person.name} />
              </span>
              {person.id === me.id && <span className={classes.personMore}>{t("you")}</span>}
              {person.id === holder && <IconCheck size={18} aria-label={t("assign.current")} />}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function plain(words: string): string {
  return words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
