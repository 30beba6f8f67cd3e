/** JSON in its parts, for colours. Pure. */
export type TokenKind = "key" | "string" | "number" | "literal" | "plain";

export interface Token {
  kind: TokenKind;
  text: string;
}

const TOKEN = /("(?:\\.|[^"\\])*")(?=(\s*:)?)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** The text in its order, nothing left out; what is no JSON is plain. */
export function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  let done = 0;
  const plain = (end: number) => {
    if (end > done) found.push({ kind: "plain", text: text.slice(done, end) });
  };
  for (const match of text.matchAll(TOKEN)) {
    const [all, string, colon, number] = match;
    plain(match.index);
    const kind =
      string === undefined ? (number === undefined ? "literal" : "number") : colon === undefined ? "string" : "key";
    found.push({ kind, text: all });
    done = match.index + all.length;
  }
  plain(text.length);
  return found;
}
