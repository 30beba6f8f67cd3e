/** What a template asks for, what is missing, and how the customer will see it. */
import type { FieldProblem } from "@/shared/api/problem";
import type { NewMessage, Template } from "@/shared/api/types";
import { lengthOf } from "@/shared/text/lengths";

export type FieldId = `header.${string}` | `body.${string}` | `button.${number}`;

export interface TemplateField {
  id: FieldId;
  part: "header" | "body" | "button";
  /** Its name, or its number from 1; of a button the button's title. */
  name: string;
  /** What the field takes: a text, or a file of this kind. */
  takes: "text" | "image" | "video" | "document";
}

/** What was filled in: texts, and ids of uploaded files. */
export type TemplateValues = Partial<Record<FieldId, string>>;

export type ValueProblem = "missing" | "line_breaks" | "too_long";

/** The longest value; the whole is checked by the server. */
const LONGEST_VALUE = 1024;
const NOT_IN_A_TEXT = /[\n\r\t]| {5,}/;
const VARIABLE = /\{\{\s*([\w.-]+)\s*\}\}/g;

/** What has to be filled in, in the order of the message. */
export function fieldsOf({ parameters, layout }: Template): TemplateField[] {
  const fields: TemplateField[] = [];
  const header = layout?.header;
  if (header?.kind === "image" || header?.kind === "video" || header?.kind === "document") {
    fields.push({ id: "header.0", part: "header", name: "1", takes: header.kind });
  } else {
    const names = namesIn(header?.text ?? "");
    for (let at = 0; at < parameters.header; at += 1)
      fields.push({ id: `header.${at}`, part: "header", name: names[at] ?? String(at + 1), takes: "text" });
  }
  for (const name of bodyNames(parameters.body)) fields.push({ id: `body.${name}`, part: "body", name, takes: "text" });
  const buttons = layout?.buttons.filter((button) => button.needs_value) ?? [];
  for (let at = 0; at < parameters.buttons; at += 1)
    fields.push({ id: `button.${at}`, part: "button", name: buttons[at]?.title ?? String(at + 1), takes: "text" });
  return fields;
}

function bodyNames(body: number | string[]): string[] {
  return typeof body === "number" ? Array.from({ length: body }, (_, at) => String(at + 1)) : body;
}

function namesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map((found) => found[1] ?? "");
}

/** What is wrong with a value; null when nothing is. */
export function problemOfValue(value: string | undefined): ValueProblem | null {
  if (value === undefined || value.trim() === "") return "missing";
  if (NOT_IN_A_TEXT.test(value)) return "line_breaks";
  return lengthOf(value) > LONGEST_VALUE ? "too_long" : null;
}

/** The template with its values, as the API takes it. */
export function templateBody(template: Template, values: TemplateValues): NonNullable<NewMessage["template"]> {
  const fields = fieldsOf(template);
  const of = (part: TemplateField["part"]) => fields.filter((field) => field.part === part);
  const texts = (part: TemplateField["part"]) => of(part).map((field) => values[field.id] ?? "");
  const header = of("header").map((field) =>
    field.takes === "text" ? (values[field.id] ?? "") : { attachment_id: values[field.id] ?? "" },
  );
  const named = Array.isArray(template.parameters.body);
  const body = named ? Object.fromEntries(of("body").map(({ id, name }) => [name, values[id] ?? ""])) : texts("body");
  return { name: template.name, language: template.language, parameters: { header, body, buttons: texts("button") } };
}

/** Which field a refusal speaks of (`template.parameters.body[1]`, `….body.name`, `….header[0].attachment_id`). */
export function fieldOfProblem({ field }: FieldProblem): FieldId | null {
  const found = /^template\.parameters\.(header|body|buttons)(?:\[(\d+)\]|\.([\w.-]+))?/.exec(field);
  if (found === null) return null;
  const [, part, index, name] = found;
  if (part === "header") return `header.${index ?? "0"}`;
  if (part === "buttons") return `button.${Number(index ?? 0)}`;
  if (index === undefined && name === undefined) return null;
  return `body.${name ?? String(Number(index) + 1)}`;
}

export type PreviewPiece = { text: string } | { value: string } | { missing: string };

/** A text with its placeholders filled in; of a missing value its name. */
export function filledIn(text: string, part: "header" | "body", values: TemplateValues): PreviewPiece[] {
  const pieces: PreviewPiece[] = [];
  let end = 0;
  for (const found of text.matchAll(VARIABLE)) {
    if (found.index > end) pieces.push({ text: text.slice(end, found.index) });
    const name = found[1] ?? "";
    const value = part === "header" ? values["header.0"] : values[`body.${name}`];
    pieces.push(value ? { value } : { missing: name });
    end = found.index + found[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** The text of a template's body, for lists. */
export function bodyText({ layout, components }: Template): string {
  if (layout) return layout.body;
  const body = components.find((one) => String(one["type"]).toUpperCase() === "BODY")?.["text"];
  return typeof body === "string" ? body : "";
}

/** Whether it can be sent at all. */
export function isSendable({ status, unsendable }: Template): boolean {
  return status === "approved" && !unsendable;
}
