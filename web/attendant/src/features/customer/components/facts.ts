/** The facts of a customer's record as they are read and typed. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { usePreferences } from "@/shared/storage/preferences";
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

/** The words and the language in which facts are read. */
export interface Reading {
  t: TFunction<"customer">;
  language: string;
}

export function useReading(): Reading {
  const { t } = useTranslation("customer");
  const { language } = usePreferences();
  return { t, language };
}

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
  // Short dates of some languages have two digits of the year, and nobody knows whether 21 is a child.
  return new Intl.DateTimeFormat(language, {
    timeZone: "UTC",
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
  }).format(moment);
}

/** A value of the record as it is read. */
export function ownShown(contact: Contact, name: Own, { language }: Reading): string {
  const value = typedOf(contact, name);
  return name === "birthday" && value ? dayText(value, language) : value;
}

export function ownFact(contact: Contact, name: Own, reading: Reading): Fact {
  const { t } = reading;
  const value = typedOf(contact, name);
  return {
    name,
    label: t(`record.${name}`),
    value,
    shown: ownShown(contact, name, reading),
    maxLength: LENGTHS[name],
    edit: (typed) => ({ [name]: typed || null }),
    of: (other) => typedOf(other, name),
    wrong: t(`record.wrong.${name}`),
    ...(TYPES[name] && { type: TYPES[name] }),
  };
}

/** What a custom field holds, as it is read: options by their labels, dates and numbers in the reader's way. */
export function customShown(contact: Contact, field: ContactField, { t, language }: Reading): string {
  const value = contact.fields?.[field.key];
  if (value === undefined) return "";
  if (typeof value === "boolean") return t(value ? "record.yes" : "record.no");
  if (typeof value === "number") return new Intl.NumberFormat(language, { maximumFractionDigits: 10 }).format(value);
  if (field.type === "date") return dayText(String(value), language);
  if (field.type === "phone") return phoneText(String(value));
  const label = (chosen: string) => field.options?.find((option) => option.value === chosen)?.label ?? chosen;
  return Array.isArray(value) ? value.map(label).join(", ") : label(value);
}

/** What a custom field holds, as it is typed. */
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
export function customFact(contact: Contact, field: ContactField, reading: Reading): Fact {
  const value = customText(contact, field);
  return {
    name: `fields.${field.key}`,
    label: field.label,
    value,
    shown: customShown(contact, field, reading),
    maxLength: 2000,
    edit: (typed): ContactEdit => ({ fields: { [field.key]: sentOf(field, typed) } }),
    of: (other) => customText(other, field),
    wrong: reading.t(`record.wrong_field.${field.type}`),
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
