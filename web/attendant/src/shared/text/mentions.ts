/** `@name` in notes: what is being written at the cursor, and who is meant by a text. Pure. */
import { best, fold } from "@/shared/text/search";

export interface Person {
  id: string;
  name: string;
}

export interface MentionAt {
  /** Where the `@` stands. */
  start: number;
  end: number;
  query: string;
}

/** As many as one note can mention. */
export const MOST_MENTIONED = 20;
const LONGEST = 40;
const BEFORE_CURSOR = /(?:^|[\s([])@((?:[\p{L}\p{N}'’.-]+(?: [\p{L}\p{N}'’.-]+){0,2})?)$/u;
const IN_WORD = /[\p{L}\p{N}]/u;

/** What is being written at the cursor; null when it is no mention. An address as `ana@firma` is none. */
export function mentionAt(text: string, cursor: number): MentionAt | null {
  const before = text.slice(Math.max(0, cursor - LONGEST), cursor);
  const query = BEFORE_CURSOR.exec(before)?.[1];
  return query === undefined ? null : { start: cursor - query.length - 1, end: cursor, query };
}

/** The people that fit, at most `most`. */
export function mentionable<P extends Person>(query: string, people: readonly P[], most = 6): P[] {
  if (query === "") return people.slice(0, most);
  return best(fold(query), people, ({ name }) => name).slice(0, most);
}

/** Where a text names somebody, in its order; of two names the longer one is meant. */
export function mentionsIn(text: string, people: readonly Person[]): { id: string; start: number; end: number }[] {
  const byLength = people.filter(({ name }) => name !== "").sort((a, b) => b.name.length - a.name.length);
  const found: { id: string; start: number; end: number }[] = [];
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    if (at > 0 && IN_WORD.test(text[at - 1] ?? "")) continue;
    const rest = text.slice(at + 1);
    const person = byLength.find(
      ({ name }) => rest.startsWith(name) && !IN_WORD.test(rest.slice(name.length, name.length + 1)),
    );
    if (person !== undefined) found.push({ id: person.id, start: at, end: at + 1 + person.name.length });
  }
  return found;
}

/** The ids of whom a text mentions, each once. */
export function mentionedIn(text: string, people: readonly Person[]): string[] {
  return [...new Set(mentionsIn(text, people).map(({ id }) => id))].slice(0, MOST_MENTIONED);
}

/** Whether a message mentions somebody; one that mentions nobody has no list in the answer. */
export function mentions(message: { mentions?: readonly string[] }, who: string): boolean {
  return message.mentions?.includes(who) ?? false;
}
