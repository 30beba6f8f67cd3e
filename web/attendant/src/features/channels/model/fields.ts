/** The form of a kind of channel, as its description says. Pure. */
import { ApiProblem } from "@/shared/api/problem";

import type { FieldValues, GuideField } from "../api/channels";

export type Values = Record<string, string | boolean>;
export type FieldError = "required" | "short" | "long" | "pattern";

/** A form as it is at first: the defaults; for a change of what exists, nothing. */
export function initialValues(fields: readonly GuideField[], changing: boolean): Values {
  return Object.fromEntries(
    fields.map((field) => [field.name, changing ? "" : (field.default ?? (field.type === "boolean" ? false : ""))]),
  );
}

const CHOICE = /^\^?\(?(?:\?:)?([a-z0-9_]+(?:\|[a-z0-9_]+)+)\)?\$?$/i;

/** The words of which one is chosen, where a field's pattern has nothing else; null: anything can be written. */
export function choicesOf({ pattern }: Pick<GuideField, "pattern">): string[] | null {
  const found = CHOICE.exec(pattern ?? "");
  return found?.[1]?.split("|") ?? null;
}

/** What is wrong with a value, or null. An empty field that is not needed is right. */
export function fieldError(
  field: GuideField,
  value: string | boolean | undefined,
  required: boolean,
): FieldError | null {
  if (typeof value === "boolean") return null;
  const text = (value ?? "").trim();
  if (text === "") return required ? "required" : null;
  if (text.length < (field.min_length ?? 0)) return "short";
  if (text.length > (field.max_length ?? Infinity)) return "long";
  return !field.pattern || answers(field.pattern, text) ? null : "pattern";
}

/** A pattern that this browser does not understand is left to the server. */
function answers(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(text);
  } catch {
    return true;
  }
}

/** The values under where they belong; what was left empty is not sent. */
export function sentValues(fields: readonly GuideField[], values: Values): FieldValues {
  const sent: FieldValues = { credentials: {}, settings: {} };
  for (const { name, where } of fields) {
    const value = values[name];
    const given = typeof value === "string" ? value.trim() : value;
    if (given !== undefined && given !== "") sent[where][name] = given;
  }
  return sent;
}

/** Which of the fields the server refused: the last part of the path in its answer is the field's name. */
export function refusedFields(error: unknown, fields: readonly GuideField[]): string[] {
  if (!(error instanceof ApiProblem)) return [];
  const named = error.errors.map(({ field }) => field.split(".").at(-1));
  return fields.filter(({ name }) => named.includes(name)).map(({ name }) => name);
}
