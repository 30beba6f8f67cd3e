import { useLayoutEffect, useRef, useState } from "react";

interface Reading {
  value: string;
  onChange: (value: string) => void;
  /** The value as it is shown. */
  write: (value: string) => string;
  /** Empty for what cannot be read. */
  read: (text: string) => string;
  /** Whether a text is taken at once, while somebody types; others are when they leave the field. */
  isWhole: (text: string) => boolean;
}

/**
 * A field whose value is not the text in it. What is being typed stays as it is typed until one leaves the field; what
 * cannot be read stays too, and is said (`wrong`).
 */
export function useWritten({ value, onChange, write, read, isWhole }: Reading) {
  /** The text that stands there though the value is written in another way, and the value beside it. */
  const [draft, setDraft] = useState<{ text: string; beside: string | null } | null>(null);
  const left = draft?.beside ?? null;
  const own = draft !== null && (left === null || left === value || value === "");
  const text = own ? draft.text : write(value);
  const take = (next: string) => next !== value && onChange(next);
  return {
    text,
    wrong: own && left !== null,
    type: (typed: string) => {
      setDraft({ text: typed, beside: null });
      if (typed.trim() === "") take("");
      else if (isWhole(typed) && read(typed) !== "") take(read(typed));
    },
    /** Reads what was typed; the value that it has now. */
    leave: () => {
      if (draft?.beside !== null) return value;
      const found = read(draft.text);
      const unread = found === "" && draft.text.trim() !== "";
      if (found !== "" || unread) take(found);
      setDraft(unread ? { text: draft.text, beside: value } : null);
      return found;
    },
    set: (next: string) => {
      setDraft(null);
      take(next);
    },
  };
}

/** The browser does not send the form while the field has a fault, which is said in the person's language. */
export function useFault(fault: string | null) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.setCustomValidity(fault ?? ""), [fault]);
  return field;
}
