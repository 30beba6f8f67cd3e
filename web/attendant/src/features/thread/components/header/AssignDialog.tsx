import { Modal, TextInput } from "@mantine/core";
import { IconCheck, IconSearch } from "@tabler/icons-react";
import { useId, useState, type KeyboardEvent } from "react";
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
  assign: (to: { id: string; name: string }) => void;
}

/** Who goes on with the conversation: by name, with the arrows and Enter. */
export function AssignDialog({ opened, close, ...rest }: Props) {
  const { t } = useTranslation("thread");
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("assign.title")}
      size={420}
      padding="md"
      closeButtonProps={{ "aria-label": t("assign.close") }}
    >
      {opened && <Choice close={close} {...rest} />}
    </Modal>
  );
}

function Choice({ conversation, close, assign }: Omit<Props, "opened">) {
  const { t } = useTranslation("thread");
  const me = useMe();
  const id = useId();
  const colleagues = useColleagues();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const people = [{ id: me.id, name: me.name }, ...colleagues.filter((one) => one.id !== me.id)]
    .filter((one) => plain(one.name).includes(plain(words)))
    .sort((a, b) => Number(b.id === me.id) - Number(a.id === me.id) || a.name.localeCompare(b.name));
  const chosen = people[Math.min(at, people.length - 1)];

  const choose = (person: { id: string; name: string } | undefined) => {
    if (person === undefined) return;
    close();
    if (person.id !== conversation.assignee?.id) assign({ id: person.id, name: person.name });
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
        aria-expanded
        aria-controls={`${id}-list`}
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
              <Avatar id={person.id} name={person.name} size={28} />
              <span className={classes.personName}>
                <PersonName name={person.name} />
              </span>
              {person.id === me.id && <span className={classes.personMore}>{t("you")}</span>}
              {person.id === conversation.assignee?.id && <IconCheck size={18} aria-label={t("assign.current")} />}
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
