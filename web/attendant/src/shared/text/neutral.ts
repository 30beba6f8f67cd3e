/**
 * Names and file names that customers choose, made harmless for display: no control characters, nothing that turns the
 * reading direction of what stands around them, no towers of accents. For reading only; what is stored stays as it is.
 */

// Line and paragraph controls, bidirectional marks, embeddings, overrides and isolates, and characters without a width.
// U+200C and U+200D stay: Persian, Hindi and joined emoji need them.
const HARMFUL =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const TOWERS = /(\p{M}{4})\p{M}+/gu;
/** What turns the direction of the text that follows. */
export const TURNS_DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** A name for display, on one line. */
export function neutralName(name: string): string {
  return name
    .replace(/[\t\n\r\u2028\u2029]/g, " ")
    .replace(HARMFUL, "")
    .replace(TOWERS, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

/** A file's name for display: without folders, in reading order, so that its ending is its ending. */
export function neutralFileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  return neutralName(last).replace(/^\.+/, "");
}

/** A name for display, or a dash where none is left. */
export function displayName(name: string | null | undefined): string {
  return neutralName(name ?? "") || "—";
}

/** A file's name for display, or a dash where none is left. */
export function displayFileName(name: string | null | undefined): string {
  return neutralFileName(name ?? "") || "—";
}

/** The name in two parts, so that a long one is shortened in the middle and its ending stays in sight. */
export function splitFileName(name: string): { stem: string; ending: string } {
  const clean = neutralFileName(name);
  const dot = clean.lastIndexOf(".");
  if (dot <= 0 || clean.length - dot > 10) return { stem: clean, ending: "" };
  return { stem: clean.slice(0, dot), ending: clean.slice(dot) };
}
