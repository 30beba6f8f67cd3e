/** The facts of a customer's record as they are read and typed. Pure. */
import type { TFunction } from "i18next";

import type { Contact } from "@/shared/api/types";
import { phoneText } from "@/shared/text/phone";

import type { ContactEdit, ContactField } from "../api/record";
import type { Fact } from "./EditableFact";

type Own = "name" | "phone" | "email" | "document" | "birthday" | "address";
export const OWN: readonly Own[] = ["name", "phone", "email", "document", "birthday", "address"];

const TYPES: Partial<Record<Own, NonNullable<Fact["type"]>>> = {
  phone: "tel",
  email: "email",
  birthday: "date",
  address: "lines",
};
const LENGTHS: Record<Own, number> = { name: 120, phone: 40, email: 254, document: 40, birthday: 10, address: 300 };

/** A value of the record as it is typed. */
export function typedOf(contact: Contact, name: Own): string {
  if (name === "document") return contact.document_formatted ?? "";
  if (name === "phone") return contact.phone ? phoneText(contact.phone) : "";
  return contact[name] ?? "";
}

/** A date of the calendar in the reader's order; it has no time zone and never moves. */
export function dayText(day: string, language: string): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const moment = new Date(Date.UTC(year, month - 1, date));
  return new Intl.DateTimeFormat(language, { timeZone: "UTC", dateStyle: "short" }).format(moment);
}

export function ownFact(contact: Contact, name: Own, t: TFunction<"customer">, language: string): Fact {
  const value = typedOf(contact, name);
  return {
    name,
    label: t(`record.${name}`),
    value,
    shown: name === "birthday" && value ? dayText(value, language) : value,
    maxLength: LENGTHS[name],
    edit: (typed) => ({ [name]: typed || null }),
    of: (other) => typedOf(other, name),
    wrong: t(`record.wrong.${name}`),
    ...(TYPES[name] && { type: TYPES[name] }),
  };
}

/** What a custom field holds, as a text. */
export function customText(contact: Contact, field: ContactField): string {
  const value = contact.fields?.[field.key];
  if (value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

const FIELD_TYPES: Partial<Record<ContactField["type"], NonNullable<Fact["type"]>>> = {
  text: "lines",
  date: "date",
  link: "url",
  email: "email",
  phone: "tel",
  number: "number",
};

/** A custom field that is typed; the others are chosen. */
export function customFact(contact: Contact, field: ContactField, t: TFunction<"customer">, language: string): Fact {
  const value = customText(contact, field);
  return {
    name: `fields.${field.key}`,
    label: field.label,
    value,
    shown: field.type === "date" && value ? dayText(value, language) : value,
    maxLength: 2000,
    edit: (typed): ContactEdit => ({ fields: { [field.key]: sentOf(field, typed) } }),
    of: (other) => customText(other, field),
    wrong: t(`record.wrong_field.${field.type}`),
    ...(field.help && { help: field.help }),
    ...(FIELD_TYPES[field.type] && { type: FIELD_TYPES[field.type] }),
  };
}

function sentOf(field: ContactField, typed: string): string | number | null {
  if (typed === "") return null;
  if (field.type !== "number") return typed;
  const number = Number(typed.replace(",", "."));
  return Number.isFinite(number) ? number : typed;
}
