import { Button, Textarea, TextInput } from "@mantine/core";
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import type { Contact } from "@/shared/api/types";
import { undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { FieldConflict, useSaveContact, type ContactEdit } from "../api/record";
import classes from "./record.module.css";

export interface Fact {
  /** The field as the API's problems name it: `phone`, `fields.plan`. */
  name: string;
  label: string;
  /** As it is typed; empty: there is no value. */
  value: string;
  /** As it is read. */
  shown: ReactNode;
  type?: "text" | "date" | "email" | "tel" | "url" | "number" | "lines";
  help?: string;
  maxLength?: number;
  /** What the API takes; null takes the value away. */
  edit: (typed: string) => ContactEdit;
  /** The value in another copy of the record. */
  of: (contact: Contact) => string;
  /** Words for a value that the server refuses. */
  wrong: string;
}

/** One fact of a customer, edited in place: Enter and leaving save, Escape gives up. What was typed is never lost. */
export function EditableFact({ contact, fact }: { contact: Contact; fact: Fact }) {
  const { t } = useTranslation("customer");
  const [typed, setTyped] = useState<string | null>(null);
  const [seen, setSeen] = useState(contact);
  const save = useSaveContact(contact);
  const open = useRef<HTMLButtonElement>(null);
  const problem = useProblemText();
  const id = useId();
  const conflict = save.error instanceof FieldConflict ? save.error : null;

  const begin = () => {
    setSeen(contact);
    save.reset();
    setTyped(fact.value);
  };
  const end = () => {
    setTyped(null);
    save.reset();
    setTimeout(() => open.current?.focus());
  };
  const send = (text: string, from: Contact = seen) => {
    const wanted = text.trim();
    if (wanted === fact.of(from) && !conflict) {
      end();
      return;
    }
    if (save.isPending) return;
    const before = fact.of(from);
    const done = (saved: Contact) => {
      end();
      const back = () => save.mutate({ changes: fact.edit(before), seen: saved });
      undoable({ message: t("record.saved", { label: fact.label }), undo: back });
    };
    save.mutate({ changes: fact.edit(wanted), seen: from }, { onSuccess: done });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      end();
    } else if (event.key === "Enter" && (fact.type !== "lines" || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (typed !== null) send(typed);
    }
  };
  if (typed === null) {
    return (
      <div className={classes.fact}>
        <dt id={id}>{fact.label}</dt>
        <dd>
          <button ref={open} type="button" className={classes.value} onClick={begin} aria-labelledby={`${id} ${id}-v`}>
            <span id={`${id}-v`} data-empty={fact.value === "" || undefined}>
              {fact.value === "" ? t("record.add") : fact.shown}
            </span>
          </button>
        </dd>
      </div>
    );
  }
  const error = save.error && !conflict ? said(save.error, fact, problem(save.error).text) : null;
  const shared = {
    label: fact.label,
    size: "xs" as const,
    value: typed,
    error,
    autoFocus: true,
    disabled: save.isPending,
    ...(fact.help && { description: fact.help }),
    ...(fact.maxLength && { maxLength: fact.maxLength }),
    onChange: (event: { currentTarget: { value: string } }) => setTyped(event.currentTarget.value),
    onKeyDown,
    onBlur: () => {
      if (!conflict && !save.error) send(typed);
    },
  };
  return (
    <div className={classes.fact} data-editing>
      {fact.type === "lines" ? (
        <Textarea {...shared} autosize maxRows={6} />
      ) : (
        <TextInput {...shared} type={inputType(fact)} />
      )}
      {conflict && (
        <div role="alert" className={classes.conflict}>
          <p>
            {t("record.conflict", {
              by: conflict.by ?? t("record.somebody"),
              value: fact.of(conflict.current) || t("record.nothing"),
            })}
          </p>
          <Button size="compact-xs" onClick={() => send(typed, conflict.current)}>
            {t("record.use_mine")}
          </Button>
          <Button size="compact-xs" variant="default" onClick={end}>
            {t("record.keep_theirs")}
          </Button>
        </div>
      )}
    </div>
  );
}

function inputType({ type = "text" }: Fact): string {
  return type === "number" || type === "lines" ? "text" : type;
}

/** The server's refusal of this very field has the fact's own words. */
function said(error: unknown, fact: Fact, otherwise: string): string {
  const isOwn = error instanceof ApiProblem && error.errors.some(({ field }) => field === fact.name);
  return isOwn ? fact.wrong : otherwise;
}
