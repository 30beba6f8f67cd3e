/** A message with something to tap: what was filled in, what is wrong with it, and how the API takes it. */
import type { Capabilities, NewMessage } from "@/shared/api/types";
import { lengthOf } from "@/shared/text/lengths";

export type InteractiveLimits = NonNullable<Capabilities["interactive"]>;
export type InteractiveType = InteractiveLimits["types"][number];

export interface Row {
  title: string;
  description: string;
}

export interface Section {
  title: string;
  rows: Row[];
}

export interface InteractiveForm {
  type: InteractiveType;
  text: string;
  header: string;
  footer: string;
  buttons: string[];
  /** What opens the list. */
  opener: string;
  sections: Section[];
  linkTitle: string;
  url: string;
}

export const EMPTY_ROW: Row = { title: "", description: "" };

export const emptyForm = (type: InteractiveType, text: string): InteractiveForm => ({
  type,
  text,
  header: "",
  footer: "",
  buttons: [""],
  opener: "",
  sections: [{ title: "", rows: [EMPTY_ROW] }],
  linkTitle: "",
  url: "",
});

export type Problem = "missing" | "too_long" | "twice" | "address";
/** By place: `text`, `buttons.0`, `sections.0.rows.1.title`. */
export type Problems = Map<string, Problem>;

const asks = (type: InteractiveType) => type === "ask_location" || type === "ask_phone";

/** The most characters of the text above. */
export function bodyMax(type: InteractiveType, limits: InteractiveLimits): number {
  return type === "list" ? (limits.list?.body_max ?? limits.body_max) : limits.body_max;
}

/** How many rows all sections have together. */
export const rowCount = (form: InteractiveForm) => form.sections.reduce((sum, { rows }) => sum + rows.length, 0);

export function problemsOf(form: InteractiveForm, limits: InteractiveLimits): Problems {
  const found: Problems = new Map();
  const check = (place: string, value: string, max: number, required = true) => {
    if (value.trim() === "") {
      if (required) found.set(place, "missing");
    } else if (lengthOf(value) > max) found.set(place, "too_long");
  };
  check("text", form.text, bodyMax(form.type, limits));
  if (asks(form.type)) return found;
  check("header", form.header, limits.header_max, false);
  check("footer", form.footer, limits.footer_max, false);
  if (form.type === "buttons" && limits.buttons) {
    const max = limits.buttons.title_max;
    form.buttons.forEach((title, at) => {
      check(`buttons.${at}`, title, max);
      const earlier = form.buttons.slice(0, at).some((other) => other.trim() === title.trim());
      if (title.trim() !== "" && earlier) found.set(`buttons.${at}`, "twice");
    });
  }
  if (form.type === "list" && limits.list) {
    const { button_max, section_title_max, title_max, description_max } = limits.list;
    check("opener", form.opener, button_max);
    form.sections.forEach(({ title, rows }, at) => {
      check(`sections.${at}.title`, title, section_title_max, form.sections.length > 1);
      rows.forEach((row, number) => {
        check(`sections.${at}.rows.${number}.title`, row.title, title_max);
        check(`sections.${at}.rows.${number}.description`, row.description, description_max, false);
      });
    });
  }
  if (form.type === "link" && limits.link) {
    check("linkTitle", form.linkTitle, limits.link.title_max);
    check("url", form.url, limits.link.url_max);
    if (!found.has("url") && !isWebAddress(form.url)) found.set("url", "address");
  }
  return found;
}

function isWebAddress(address: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(address.trim()).protocol);
  } catch {
    return false;
  }
}

/** As the API takes it. */
export function interactiveBody(form: InteractiveForm): Pick<NewMessage, "kind" | "text" | "interactive"> {
  return { kind: "interactive", text: form.text, interactive: contentOf(form) };
}

function contentOf(form: InteractiveForm): NonNullable<NewMessage["interactive"]> {
  const { type } = form;
  if (asks(type)) return { type };
  const around = { header: form.header.trim() || null, footer: form.footer.trim() || null };
  if (type === "buttons") {
    const buttons = form.buttons.map((title, at) => ({ id: `button-${at + 1}`, title: title.trim() }));
    return { type, ...around, buttons };
  }
  if (type === "link") return { type, ...around, title: form.linkTitle.trim(), url: form.url.trim() };
  let number = 0;
  const sections = form.sections.map(({ title, rows }) => ({
    title: title.trim() || null,
    rows: rows.map((row) => ({
      id: `row-${(number += 1)}`,
      title: row.title.trim(),
      description: row.description.trim() || null,
    })),
  }));
  return { type, ...around, button: form.opener.trim(), sections };
}
