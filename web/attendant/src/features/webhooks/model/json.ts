/** JSON as people read it: indented, in parts that have a colour each. Nothing of what was sent is changed. Pure. */

export interface Part {
  kind: "key" | "text" | "number" | "word" | "sign";
  text: string;
}

/** A line of the indented text. */
export type Line = readonly Part[];

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/gy;
const SPACE = /[\s]*/y;
const INDENT = "  ";

/**
 * The lines of a JSON text; null for what is none. Texts and numbers stay letter by letter as they are: a number with
 * twenty digits is another one once a program has read it.
 */
export function jsonLines(text: string): Line[] | null {
  if (!isJson(text)) return null;
  const tokens = tokensOf(text);
  const lines: Part[][] = [[]];
  let depth = 0;
  const add = (part: Part) => lines.at(-1)?.push(part);
  const begin = () => lines.push(depth > 0 ? [{ kind: "sign", text: INDENT.repeat(depth) }] : []);
  tokens.forEach((token, place) => {
    const next = tokens[place + 1];
    const opens = token === "{" || token === "[";
    const closes = token === "}" || token === "]";
    if (closes) {
      const before = tokens[place - 1];
      depth -= 1;
      if (before !== "{" && before !== "[") begin();
    }
    add({ kind: kindOf(token, next), text: token === ":" ? ": " : token });
    if (opens) depth += 1;
    if (token === "," || (opens && next !== "}" && next !== "]")) begin();
  });
  return lines;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    TOKEN.lastIndex = SPACE.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) return tokens;
    tokens.push(found[0]);
    at = TOKEN.lastIndex;
  }
}

function kindOf(token: string, next: string | undefined): Part["kind"] {
  if (token.startsWith('"')) return next === ":" ? "key" : "text";
  if (/^[{}[\],:]$/.test(token)) return "sign";
  return /^[tfn]/.test(token) ? "word" : "number";
}

/** The indented text, as it is copied; what is no JSON stays as it is. */
export function prettyJson(text: string): string {
  const lines = jsonLines(text);
  return lines === null ? text : lines.map((line) => line.map((part) => part.text).join("")).join("\n");
}
