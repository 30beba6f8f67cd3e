/** Lengths as channels count them, and into how many parts a long text goes. Pure. */
import type { components } from "@/shared/api/schema";

export type TextLimit = components["schemas"]["TextLimit"];
export type TextUnit = TextLimit["unit"];

/** How many of its units a text has: characters (Unicode code points), the halves that JavaScript counts, or bytes. */
export function lengthOf(text: string, unit: TextUnit = "characters"): number {
  if (unit === "utf16") return text.length;
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const pair = code >= 0xd800 && code <= 0xdbff && isLow(text.charCodeAt(at + 1));
    if (pair) at += 1;
    length += unit === "bytes" ? bytesOf(code, pair) : 1;
  }
  return length;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function bytesOf(code: number, pair: boolean): number {
  if (pair) return 4;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
}

/** No text has more of a unit than this many for each half that JavaScript counts. */
const MOST_PER_HALF: Record<TextUnit, number> = { characters: 1, utf16: 1, bytes: 3 };

/** Whether a text may come near a length: tells without counting that a short one does not. */
export const mayReach = (text: string, length: number, unit: TextUnit): boolean =>
  text.length * MOST_PER_HALF[unit] >= length;

/** The parts in which a text goes out: as the server splits it, as far as that can be known beforehand. */
export function partsOf(text: string, { part, unit }: TextLimit): string[] {
  if (!part || !mayReach(text, part, unit) || lengthOf(text, unit) <= part) return [text];
  const parts: string[] = [];
  let rest = text.trim();
  while (lengthOf(rest, unit) > part) {
    const end = endOfPart(rest, part, unit);
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  if (rest !== "") parts.push(rest);
  return parts;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Where the first part ends: after a line that ends in its second half, else after a word, never inside a character. */
function endOfPart(text: string, most: number, unit: TextUnit): number {
  let used = 0;
  let [line, word, end] = [0, 0, 0];
  for (const { segment, index } of graphemes.segment(text.slice(0, 2 * most + 2))) {
    used += lengthOf(segment, unit);
    const space = /^\s+$/.test(segment);
    if (used > most) {
      if (space && line <= end / 2) return end;
      break;
    }
    end = index + segment.length;
    if (/[\n\r]/.test(segment)) line = end;
    if (space) word = end;
  }
  if (line > end / 2) return line;
  return word || end || 1;
}
