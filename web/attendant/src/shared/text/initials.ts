/** Up to two letters that stand for a name in its avatar. */
import { neutralName } from "@/shared/text/neutral";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function initialsOf(name: string): string {
  const words = neutralName(name)
    .split(" ")
    .map(firstSign)
    .filter((sign) => sign !== "");
  const first = words[0] ?? "";
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

/** The first letter, digit or emoji of a word. */
function firstSign(word: string): string {
  for (const { segment } of graphemes.segment(word)) {
    if (/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(segment)) return segment;
  }
  return "";
}

/** A number from 1 to `count` that is always the same for the same id. */
export function stableIndex(id: string, count: number): number {
  let hash = 2166136261;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 16777619);
  return ((hash >>> 0) % count) + 1;
}
