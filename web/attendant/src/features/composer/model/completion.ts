/** `:smi` in a text: what is completed, and by what. */
import { best, fold } from "@/shared/text/search";

export interface Completion {
  /** Where the colon stands. */
  start: number;
  /** Where the cursor stands. */
  end: number;
  query: string;
  /** A second colon ended it: the emoji of exactly this name is meant. */
  closed: boolean;
}

export interface NamedEmoji {
  emoji: string;
  /** As it is typed between colons. */
  code: string;
  /** All words by which it is found, the code among them. */
  words: string;
}

const LONGEST = 32;
const BEFORE_CURSOR = /(?:^|[\s([])(:([\p{L}\p{N}_+-]{2,30})(:?))$/u;

/** What is being completed at the cursor; null when nothing is. A time as `10:30` is nothing to complete. */
export function completionAt(text: string, cursor: number): Completion | null {
  const found = BEFORE_CURSOR.exec(text.slice(Math.max(0, cursor - LONGEST - 2), cursor));
  if (found === null) return null;
  const [, written = "", query = "", colon = ""] = found;
  if (/^\d+$/.test(query)) return null;
  return { start: cursor - written.length, end: cursor, query, closed: colon !== "" };
}

/** What fits, at most `most`; of a closed one only that of exactly this name. */
export function completionsOf({ query, closed }: Completion, emojis: readonly NamedEmoji[], most = 8): NamedEmoji[] {
  if (closed) return emojis.filter(({ code }) => code === query).slice(0, 1);
  const wanted = fold(query).replaceAll("_", " ");
  const starting = emojis.filter(({ code }) => code.replaceAll("_", " ").startsWith(wanted));
  starting.sort((a, b) => a.code.length - b.code.length);
  const others = best(wanted, emojis, ({ words }) => words).filter((one) => !starting.includes(one));
  return [...starting, ...others].slice(0, most);
}
