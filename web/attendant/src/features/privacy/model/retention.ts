/** For how many days each kind is kept. Pure. */
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

export const KINDS = ["messages", "files", "contacts"] as const;
export type Kind = (typeof KINDS)[number];

export const SHORTEST = 30;
export const LONGEST = 3650;

/** Null: for ever. NaN: nothing is written yet. */
export type Days = Readonly<Record<Kind, number | null>>;

export const daysOf = (body: Schemas["RetentionBody"]): Days => ({
  messages: body.messages_days ?? null,
  files: body.files_days ?? null,
  contacts: body.contacts_days ?? null,
});

export const bodyOf = (days: Days): Schemas["RetentionBody"] => ({
  messages_days: days.messages,
  files_days: days.files,
  contacts_days: days.contacts,
});

export const sameDays = (one: Days, other: Days): boolean => KINDS.every((kind) => Object.is(one[kind], other[kind]));

/** Whether the server would take them. */
export const isValid = (days: Days): boolean =>
  KINDS.every((kind) => {
    const value = days[kind];
    return value === null || (Number.isInteger(value) && value >= SHORTEST && value <= LONGEST);
  });
