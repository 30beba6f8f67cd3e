import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { RelativeTime } from "@/shared/time/times";
import { undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useChangeNote, useNotes } from "../api/notes";
import type { ContactNote } from "../api/record";
import classes from "./record.module.css";
import { Section } from "./Section";

const LONGEST = 5000;

/** What colleagues should know of a customer. */
export function Notes({ contact }: { contact: Contact }) {
  const { t } = useTranslation("customer");
  const { data } = useNotes(contact);
  const change = useChangeNote(contact);
  const [text, setText] = useState("");
  const problem = useProblemText();
  const may = useMay("contacts:write");
  return (
    <Section title={t("notes.title")}>
      {may && (
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== "" && !change.isPending)
              change.mutate({ text: text.trim() }, { onSuccess: () => setText("") });
          }}
        >
          <Textarea
            aria-label={t("notes.write")}
            placeholder={t("notes.write")}
            size="xs"
            autosize
            maxRows={8}
            maxLength={LONGEST}
            value={text}
            error={change.error ? problem(change.error).text : null}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {text.trim() !== "" && (
            <div>
              <Button type="submit" size="compact-sm" loading={change.isPending}>
                {t("notes.add")}
              </Button>
            </div>
          )}
        </form>
      )}
      <ul className={classes.list}>
        {data?.items.map((note) => (
          <Note key={note.id} contact={contact} note={note} />
        ))}
      </ul>
    </Section>
  );
}

function Note({ contact, note }: { contact: Contact; note: ContactNote }) {
  const { t } = useTranslation("customer");
  const me = useMe();
  const change = useChangeNote(contact);
  const [text, setText] = useState<string | null>(null);
  const mine = note.author.id === me.id;
  const remove = () => {
    const back = () => change.mutate({ text: note.text });
    change.mutate(
      { id: note.id, text: null },
      { onSuccess: () => undoable({ message: t("notes.removed"), undo: back }) },
    );
  };
  const save = () => {
    if (text !== null && text.trim() !== "")
      change.mutate({ id: note.id, text: text.trim() }, { onSuccess: () => setText(null) });
  };
  return (
    <li className={classes.note}>
      {text === null ? (
        <p dir="auto">{note.text}</p>
      ) : (
        <Textarea
          aria-label={t("notes.edit")}
          size="xs"
          autosize
          autoFocus
          maxLength={LONGEST}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      <div className={classes.noteFoot}>
        <span>
          {note.author.name} · <RelativeTime at={note.edited_at ?? note.created_at} />
          {note.edited_at && ` · ${t("notes.edited")}`}
        </span>
        {mine && text === null && (
          <>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setText(note.text)}>
              {t("notes.edit")}
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" loading={change.isPending} onClick={remove}>
              {t("notes.remove")}
            </Button>
          </>
        )}
        {text !== null && (
          <Button size="compact-xs" loading={change.isPending} onClick={save}>
            {t("notes.save")}
          </Button>
        )}
      </div>
    </li>
  );
}
